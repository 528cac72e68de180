/** GStreamer's words about a pipeline that does not parse or link, in words for a technician. */
import { parseElements, redactPipeline } from './text.js';

export interface ParseErrorExplanation {
  /** Factory of the element to look at; null when the message names none. */
  readonly element: string | null;
  /** What is wrong, without credentials. */
  readonly reason: string;
  /** What to do about it. */
  readonly hint: string;
}

interface Rule {
  readonly pattern: RegExp;
  readonly explain: (groups: Readonly<Record<string, string>>, context: Context) => ParseErrorExplanation;
}

interface Context {
  /** Factory of an element name in this pipeline. */
  readonly factory: (name: string) => string;
  readonly packageOf: (factory: string) => string | null;
}

const inspect = (factory: string): string => `\`gst-inspect-1.0 ${factory}\``;

const RULES: readonly Rule[] = [
  {
    // The parser reads the second of two formats in a row as an element called "video".
    pattern: /no element "(?<media>video|audio|image|application)"/,
    explain: ({ media = '' }) => ({
      element: null,
      reason: `only one format may stand between two elements, a second one (${media}/…) follows it`,
      hint: 'join the two with commas, or put an element between them',
    }),
  },
  {
    pattern: /no element "(?<element>[^"]*)"/,
    explain: ({ element = '' }, { packageOf }) => ({
      element,
      reason: `there is no element "${element}" on this machine`,
      hint: missingElementHint(element, packageOf(element)),
    }),
  },
  {
    pattern: /no property "(?<property>[^"]*)" in element "(?<name>[^"]*)"/,
    explain: ({ property = '', name = '' }, { factory }) => ({
      element: factory(name),
      reason: `element ${factory(name)} has no property "${property}"`,
      hint: `check the spelling; ${inspect(factory(name))} lists the properties of the version on this machine`,
    }),
  },
  {
    pattern: /could not set property "(?<property>[^"]*)" in element "(?<name>[^"]*)"(?: to "(?<value>[^]*)")?/,
    explain: ({ property = '', name = '', value = '' }, { factory }) => ({
      element: factory(name),
      reason: `element ${factory(name)} does not take "${value}" as its property "${property}"`,
      hint: `${inspect(factory(name))} lists the values that it takes`,
    }),
  },
  {
    pattern: /could not link (?<from>\S+?) to (?<to>[^\s,]+)(?:, (?<who>\S+) can't handle caps (?<caps>[^]*))/,
    explain: ({ to = '', from = '', who = '', caps = '' }, { factory }) => ({
      element: factory(who),
      reason: `${factory(from)} cannot be linked to ${factory(to)}: ${factory(who)} does not handle ${caps}`,
      hint: `change the caps, or put a converter between them; ${inspect(factory(who))} lists what it handles`,
    }),
  },
  {
    pattern: /could not link (?<from>\S+?) to (?<to>[^\s,]+), neither element can handle caps (?<caps>[^]*)/,
    explain: ({ from = '', to = '', caps = '' }, { factory }) => ({
      element: factory(from),
      reason: `${factory(from)} cannot be linked to ${factory(to)}: neither handles ${caps}`,
      hint: 'check the spelling of the caps between them',
    }),
  },
  {
    pattern: /could not link (?<from>\S+?) to (?<to>[^\s,]+)(?: with caps (?<caps>[^]*))?/,
    explain: ({ from = '', to = '', caps }, { factory }) => ({
      element: factory(from),
      reason: `${factory(from)} cannot be linked to ${factory(to)}${caps === undefined ? '' : ` with ${caps}`}`,
      hint:
        'what the one sends and the other takes must overlap: compare ' +
        `${inspect(factory(from))} and ${inspect(factory(to))}, or put a converter between them`,
    }),
  },
  {
    pattern: /could not parse caps "(?<caps>[^]*)"/,
    explain: ({ caps = '' }) => ({
      element: null,
      reason: `"${caps}" is not the description of a format`,
      hint: 'write it as video/x-raw,format=I420,width=640,height=360,framerate=30/1',
    }),
  },
  {
    pattern: /reason not-negotiated|not-negotiated|No supported formats|streaming stopped, reason not-linked/,
    explain: () => ({
      element: null,
      reason: 'the elements found no format that all of them handle',
      hint: 'size, rate and format in the source template and the profile must be ones that the camera has',
    }),
  },
  {
    pattern: /unexpected reference "(?<name>[^"]*)"|unexpected pad-reference "(?<pad>[^"]*)"/,
    explain: ({ name, pad }) => ({
      element: null,
      reason: `the pipeline refers to "${name ?? pad ?? ''}" where no reference may stand`,
      hint: 'a reference (name.) stands only at the beginning or at the end of a chain',
    }),
  },
  {
    pattern: /no (?:sink|source) element named "(?<name>[^"]*)"|(?:src|sink)-element named "(?<other>[^"]*)"/i,
    explain: ({ name, other }) => ({
      element: null,
      reason: `the pipeline refers to an element "${name ?? other ?? ''}" that it does not have`,
      hint: 'give the element that is meant a name=',
    }),
  },
  {
    pattern: /syntax error|empty pipeline not allowed|link without (?:source|sink) element|link has no (?:source|sink)/,
    explain: () => ({
      element: null,
      reason: 'the text is not a pipeline',
      hint: 'elements stand between "!", properties are name=value: look for a "!" too many, one too few, open quotes',
    }),
  },
];

/**
 * Turns a message of gst_parse_launch (in English: run it with LC_ALL=C) about `text` into element, reason and fix.
 * A message that is not known comes back as the reason, with credentials hidden.
 */
export function explainParseError(
  gstMessage: string,
  text: string,
  packageOf: (factory: string) => string | null = () => null,
): ParseErrorExplanation {
  const factories = new Map(parseElements(text).map(({ name, factory }) => [name, factory]));
  // Names that GStreamer makes up count per process, not per pipeline: queue7 is a queue all the same.
  const factory = (name: string): string =>
    factories.get(name) ?? [...factories.values()].find((candidate) => name.replace(/\d+$/, '') === candidate) ?? name;
  for (const { pattern, explain } of RULES) {
    const match = pattern.exec(gstMessage);
    if (match === null) continue;
    const { element, reason, hint } = explain({ ...match.groups }, { factory, packageOf });
    return { element, reason: redactPipeline(reason), hint: redactPipeline(hint) };
  }
  return {
    element: null,
    reason: redactPipeline(gstMessage.trim()),
    hint: 'try the pipeline by hand: `touchline pipelines show` prints it',
  };
}

function missingElementHint(element: string, packageName: string | null): string {
  if (packageName === null) return `check the spelling; ${inspect(element)} tells whether it is installed`;
  if (packageName === 'JetPack')
    return 'it is a part of NVIDIA JetPack: this profile needs a Jetson with its multimedia packages';
  if (packageName.startsWith('Touchline')) return 'it is a part of Touchline: run `make build`';
  return `install it with: apt install ${packageName}`;
}
