import { isObject, type JsonObject, stringAt } from '../../lib/json-schema.js';

/**
 * The named schemas of the document. A schema with a `title` stands there once, under that title, and everything else
 * refers to it. Annotations of ours (`x-...`) are nobody's business.
 */
export class Components {
  readonly #schemas = new Map<string, { readonly schema: JsonObject; readonly text: string }>();

  /** The schema as it appears where it is used: a reference when it has a title. Throws for two schemas with one title. */
  use(schema: unknown): unknown {
    const title = stringAt(schema, 'title');
    if (title === null) return this.#withoutTitles(schema);
    const name = title.replaceAll(/[^A-Za-z0-9_.-]/g, '');
    const text = JSON.stringify(schema);
    const known = this.#schemas.get(name);
    if (known !== undefined && known.text !== text) throw new Error(`two different schemas have the title ${title}`);
    if (known === undefined) {
      // Its place is taken before what is inside of it takes theirs.
      this.#schemas.set(name, { schema: {}, text });
      const inside = this.#withoutTitles(schema);
      this.#schemas.set(name, { schema: isObject(inside) ? inside : {}, text });
    }
    return { $ref: `#/components/schemas/${name}` };
  }

  /** By name, in alphabetical order. */
  all(): JsonObject {
    const sorted = [...this.#schemas].sort(([a], [b]) => (a < b ? -1 : 1));
    return Object.fromEntries(sorted.map(([name, { schema }]) => [name, schema]));
  }

  /** The schema itself, with references in the place of what has a title inside of it. */
  #withoutTitles(schema: unknown): unknown {
    if (Array.isArray(schema)) return schema.map((item) => this.use(item));
    if (!isObject(schema)) return schema;
    return Object.fromEntries(
      Object.entries(schema)
        .filter(([keyword]) => !keyword.startsWith('x-'))
        .map(([keyword, value]): [string, unknown] => [keyword, VALUES.has(keyword) ? value : this.#below(keyword, value)]),
    );
  }

  #below(keyword: string, value: unknown): unknown {
    if (!NAMED.has(keyword) || !isObject(value)) return this.use(value);
    return Object.fromEntries(Object.entries(value).map(([name, schema]): [string, unknown] => [name, this.use(schema)]));
  }
}

/** Keywords whose value is data, not a schema. */
const VALUES = new Set(['title', 'const', 'enum', 'default', 'examples', 'required']);
/** Keywords whose value holds schemas by names of the author's choice. */
const NAMED = new Set(['properties', 'patternProperties', '$defs', 'dependentSchemas']);
