import type { SegmentEntry } from '../../api/contract/library.js';
import { useRig } from '../rig/rig.js';
import { useStrings } from '../strings/use-strings.js';
import { Icon, type IconName } from '../ui/icon.js';
import { filePath, segmentPath } from './addresses.js';
import { type SegmentCheck, type SegmentRecord, segmentRecords } from './match-file.js';
import { matchClock } from './time-text.js';
import type { OneMatch } from './use-match.js';

const ICONS: Readonly<Record<SegmentCheck, IconName>> = { good: 'check', bad: 'alert', unchecked: 'question' };

/** Every file of the match, for those who want to have or to check them; closed at first. */
export function FileList({ matchId, match }: { readonly matchId: string; readonly match: OneMatch }) {
  const { library } = useStrings();
  const { rest } = useRig();
  const segments = match.segments.value;
  if (segments === null) return null;
  const records = segmentRecords(match.record.value);
  const isLive = match.activity.value === 'recording';
  const groups = new Map<string, SegmentEntry[]>();
  for (const segment of [...segments.cam0, ...segments.cam1, ...segments.other]) groups.set(segment.camera, [...(groups.get(segment.camera) ?? []), segment]);
  return (
    <details class="card files">
      <summary>
        <Icon name="chevronRight" />
        <span>{library.match.details}</span>
      </summary>
      {[...groups].map(([camera, entries]) => (
        <section key={camera} aria-label={library.camera(camera)}>
          <h3>{library.camera(camera)}</h3>
          <table class="file-table">
            <thead>
              <tr>
                <th scope="col">{library.files.name}</th>
                <th scope="col">{library.files.starts}</th>
                <th scope="col">{library.files.length}</th>
                <th scope="col">{library.files.size}</th>
                <th scope="col">{library.files.check}</th>
                <th scope="col">
                  <span class="unseen">{library.match.download}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {entries.map((entry, index) => (
                <FileRow key={entry.name} url={rest.url(segmentPath(matchId, entry.name))} entry={entry} record={records.get(entry.name)} isGrowing={isLive && index === entries.length - 1} />
              ))}
            </tbody>
          </table>
        </section>
      ))}
      {match.record.value === null ? null : (
        <p class="file-record">
          <a class="button" href={rest.url(filePath(matchId, 'match.json'))} download>
            <Icon name="download" />
            <span>{library.match.record}</span>
          </a>
          <span>{library.match.recordDetail}</span>
        </p>
      )}
    </details>
  );
}

interface FileRowProps {
  readonly url: string;
  readonly entry: SegmentEntry;
  readonly record: SegmentRecord | undefined;
  readonly isGrowing: boolean;
}

function FileRow({ url, entry, record, isGrowing }: FileRowProps) {
  const { library } = useStrings();
  const { files } = library;
  const start = entry.start_seconds ?? null;
  const length = record?.durationSeconds ?? null;
  const check = record?.check ?? 'unchecked';
  const isOpen = isGrowing && record?.isFinalised !== true;
  const words = isOpen ? files.growing : record?.isFinalised === false ? files.unfinished : files.checks[check];
  return (
    <tr>
      <td class="file-name">{entry.name}</td>
      <td data-label={files.starts}>{start === null ? files.unknown : matchClock(Math.round(start))}</td>
      <td data-label={files.length}>{length === null ? files.unknown : matchClock(Math.round(length))}</td>
      <td data-label={files.size}>{library.size(entry.size_mb)}</td>
      <td class="file-check" data-check={isOpen ? 'open' : check}>
        <Icon name={isOpen ? 'clock' : ICONS[check]} />
        <span>{words}</span>
        {record?.error === null || record === undefined || isOpen ? null : <span class="file-error">{record.error}</span>}
      </td>
      <td>
        <a class="button" data-look="quiet" data-icon-only href={url} download={entry.name} aria-label={files.download(entry.name)} title={files.download(entry.name)}>
          <Icon name="download" />
        </a>
      </td>
    </tr>
  );
}
