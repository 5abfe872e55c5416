/** What can happen between a publisher and one of its subscribers. */
export type SubscriptionChange =
  | { readonly kind: 'sent'; readonly message: number }
  | { readonly kind: 'received'; readonly message: number }
  | { readonly kind: 'taken-up'; readonly message: number }
  | { readonly kind: 'finished'; readonly message: number };

/** One subscriber's share of what was published: on its way, in the inbox, in hand. `decide…` say what happens next, `apply` alone makes it so. */
export class SubscriptionState {
  private onTheWay = 0;
  private readonly inbox: number[] = [];
  private inHand: number | undefined;

  /** Messages sent to the subscriber that it has not finished. */
  get unfinished(): number {
    return this.onTheWay + this.inbox.length + (this.inHand === undefined ? 0 : 1);
  }

  /** The oldest message of the inbox, if the subscriber's hands are free. */
  decideTakeUp(): Extract<SubscriptionChange, { kind: 'taken-up' }> | undefined {
    const [message] = this.inbox;
    return message === undefined || this.inHand !== undefined ? undefined : { kind: 'taken-up', message };
  }

  apply(change: SubscriptionChange): void {
    switch (change.kind) {
      case 'sent':
        this.onTheWay++;
        break;
      case 'received':
        this.onTheWay--;
        this.inbox.push(change.message);
        break;
      case 'taken-up':
        this.inbox.shift();
        this.inHand = change.message;
        break;
      case 'finished':
        this.inHand = undefined;
        break;
    }
  }
}
