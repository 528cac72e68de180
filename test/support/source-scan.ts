/**
 * Reads TypeScript just far enough to check rules of the code base: which modules a file imports, which numbers and
 * strings it contains, and what it declares at module level. Comments and the text of strings are never mistaken for
 * code. It does not know types; it is no parser.
 */

export interface Token {
  /** `word` includes keywords; a template without `${}` is a `string`, others contribute the code inside them. */
  readonly kind: 'word' | 'number' | 'string' | 'punctuation';
  readonly text: string;
  /** 1-based. */
  readonly line: number;
  /** How many brackets of any kind are open around the token; 0 is module level. */
  readonly depth: number;
}

export interface Import {
  readonly specifier: string;
  readonly line: number;
}

const WORD = /[\p{L}_$#][\p{L}\p{N}_$]*/uy;
const NUMBER = /\d[\w.]*/y;
const SPACE = /\s+/y;
const COMMENT = /\/\/[^\n]*|\/\*[^]*?\*\//y;
const QUOTED = /'(?:[^'\\]|\\[^])*'|"(?:[^"\\]|\\[^])*"/y;
const REGEXP = /\/(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/\w*/y;
/** After these words a slash begins a regular expression; after any other word it divides. */
const BEFORE_REGEXP = new Set(['return', 'case', 'of', 'in', 'typeof', 'await', 'yield', 'void', 'delete', 'else', 'do']);

class Scanner {
  readonly tokens: Token[] = [];
  #at = 0;
  #line = 1;
  #depth = 0;
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** Up to the end of the text, or to the `}` that closes a template's `${`. */
  scan(insideTemplate = false): void {
    const outside = this.#depth;
    while (this.#at < this.#text.length) {
      if (this.#take(SPACE) !== null || this.#take(COMMENT) !== null) continue;
      const line = this.#line;
      const quoted = this.#take(QUOTED);
      if (quoted !== null) {
        this.#push('string', quoted.slice(1, -1), line);
        continue;
      }
      if (this.#text[this.#at] === '`') {
        this.#template();
        continue;
      }
      if (this.#regexpMayStand() && this.#take(REGEXP) !== null) {
        this.#push('punctuation', '/regexp/', line);
        continue;
      }
      const word = this.#take(WORD);
      if (word !== null) {
        this.#push('word', word, line);
        continue;
      }
      const number = this.#take(NUMBER);
      if (number !== null) {
        this.#push('number', number.replaceAll('_', ''), line);
        continue;
      }
      const sign = this.#text[this.#at] ?? '';
      if (insideTemplate && sign === '}' && this.#depth === outside) return;
      this.#at += 1;
      if (')]}'.includes(sign)) this.#depth -= 1;
      this.#push('punctuation', sign, line);
      if ('([{'.includes(sign)) this.#depth += 1;
    }
  }

  #template(): void {
    const line = this.#line;
    const from = this.#at + 1;
    let plain = true;
    this.#advance(1);
    while (this.#at < this.#text.length && this.#text[this.#at] !== '`') {
      if (this.#text[this.#at] === '\\') this.#advance(2);
      else if (this.#text.startsWith('${', this.#at)) {
        plain = false;
        this.#advance(2);
        this.#depth += 1;
        this.scan(true);
        this.#depth -= 1;
        this.#advance(1);
      } else this.#advance(1);
    }
    if (plain) this.#push('string', this.#text.slice(from, this.#at), line);
    this.#advance(1);
  }

  #take(pattern: RegExp): string | null {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found === undefined) return null;
    this.#advance(found.length);
    return found;
  }

  #advance(length: number): void {
    this.#line += this.#text.slice(this.#at, this.#at + length).split('\n').length - 1;
    this.#at += length;
  }

  #regexpMayStand(): boolean {
    const before = this.tokens.at(-1);
    if (before === undefined) return true;
    if (before.kind === 'word') return BEFORE_REGEXP.has(before.text);
    return before.kind === 'punctuation' && !')]}'.includes(before.text);
  }

  #push(kind: Token['kind'], text: string, line: number): void {
    this.tokens.push({ kind, text, line, depth: this.#depth });
  }
}

/** The file's tokens in order. */
export function tokensOf(text: string): readonly Token[] {
  const scanner = new Scanner(text);
  scanner.scan();
  return scanner.tokens;
}

/** Every module that the tokens name in an `import`, `export … from`, `import()` (also as a type) or `require()`. */
export function importsOf(tokens: readonly Token[]): readonly Import[] {
  const found: Import[] = [];
  for (const [index, token] of tokens.entries()) {
    if (token.kind !== 'string') continue;
    const before = tokens[index - 1];
    const called = before?.text === '(' ? tokens[index - 2] : undefined;
    const introducing = called ?? before;
    const names = called === undefined ? ['import', 'from'] : ['import', 'require'];
    if (introducing?.kind === 'word' && names.includes(introducing.text)) {
      found.push({ specifier: token.text, line: token.line });
    }
  }
  return found;
}
