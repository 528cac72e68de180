import { useRig } from '../rig/rig.js';
import { useStrings } from '../strings/use-strings.js';
import { useRetainedPoll } from './retained.js';
import { Fact, Section } from './section.js';
import { readVersions } from './versions.js';

/** A rig that comes back may be of another version. */
const POLL_MS = 60_000;

const TOOLS = [
  { name: 'docs', href: '/api/docs' },
  { name: 'openapi', href: '/openapi.json' },
  { name: 'metrics', href: '/metrics' },
] as const;

export function VersionsSection() {
  const { technician } = useStrings();
  const { about } = useRig();
  const words = technician.versions;
  const versions = useRetainedPoll((_rest, signal) => readVersions(signal), POLL_MS);
  return (
    <Section title={words.title} of={versions} testId="versions">
      <dl class="facts">
        <Fact label={words.host}>{about.value?.name ?? null}</Fact>
        <Fact label={words.product}>{versions?.value.product ?? null}</Fact>
        <Fact label={words.api}>{versions?.value.api ?? null}</Fact>
        <Fact label={words.node}>{versions?.value.node ?? null}</Fact>
      </dl>
      <nav class="tools" aria-label={words.links}>
        {TOOLS.map(({ name, href }) => (
          <a key={name} class="button" href={href} target="_blank" rel="noreferrer">
            {words[name]}
          </a>
        ))}
      </nav>
    </Section>
  );
}
