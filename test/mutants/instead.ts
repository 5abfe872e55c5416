/** An object that is as `target` in everything but what is replaced. */
export function instead<Target extends object>(target: Target, replaced: Partial<NoInfer<Target>>): Target {
  return new Proxy(target, {
    get: (_, name) => {
      const found: unknown = Object.hasOwn(replaced, name) ? Reflect.get(replaced, name) : Reflect.get(target, name);
      return typeof found === 'function' ? (found.bind(target) as unknown) : found;
    },
  });
}
