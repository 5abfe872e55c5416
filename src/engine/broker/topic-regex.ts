import type { RegexEngine } from '../group/consumer/consumer-context.js';

/** RE2, as Kafka has it: what it is compiled with is loaded when the first group subscribes by a regular expression. */
export async function loadRegexEngine(): Promise<RegexEngine> {
  const { RE2JS, RE2JSSyntaxException } = await import('re2js');
  const compile = (regex: string) => {
    try {
      return RE2JS.compile(regex);
    } catch (error) {
      if (error instanceof RE2JSSyntaxException) return error;
      throw error;
    }
  };
  return {
    error: (regex) => {
      const compiled = compile(regex);
      return compiled instanceof RE2JSSyntaxException ? kafkasWords(compiled) : undefined;
    },
    matching: (regex, names) => {
      const compiled = compile(regex);
      return compiled instanceof RE2JSSyntaxException ? [] : [...names].filter((name) => compiled.matches(name));
    },
  };
}

/** The description alone, without the place in the expression. */
function kafkasWords(error: { getDescription(): string }): string {
  const description = error.getDescription();
  // RE2/J, which Kafka uses, takes this mistake for one of its own.
  return description === 'unexpected )' ? 'regexp/syntax: internal error' : description;
}
