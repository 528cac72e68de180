import type { Integrity } from '../../library/integrity.js';
import type { SegmentCheck } from '../../library/match-file.js';

const DAY = new Intl.DateTimeFormat('en-GB', { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' });
const TIME = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const MB_PER_GB = 1024;

const size = (megabytes: number): string => (megabytes >= MB_PER_GB * 0.98 ? `${(megabytes / MB_PER_GB).toFixed(1)} GB` : megabytes >= 10 ? `${Math.round(megabytes)} MB` : `${megabytes.toFixed(1)} MB`);
const many = (count: number, one: string, more: string): string => `${count.toLocaleString('en')} ${count === 1 ? one : more}`;
const SIDES: readonly string[] = ['Left camera', 'Right camera'];
/** `cam0`; whatever is none is called as it is. */
const camera = (key: string): string => {
  const id = /^cam(\d+)$/.exec(key)?.[1];
  return id === undefined ? 'Unknown camera' : (SIDES[Number(id)] ?? `Camera ${Number(id) + 1}`);
};

/** The matches on the rig, and one match. */
export const library = {
  title: 'Matches',
  size,
  camera,
  day: (epochMs: number): string => DAY.format(epochMs),
  time: (epochMs: number): string => TIME.format(epochMs),
  noDate: 'Date not known',
  length: (seconds: number): string => {
    const minutes = Math.round(seconds / 60);
    if (seconds < 60) return `${Math.max(1, Math.round(seconds))} s`;
    return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
  },
  cameras: (count: number): string => (count === 0 ? 'No camera' : many(count, 'camera', 'cameras')),

  search: 'Search by name',
  clear: 'Clear the search',
  count: (count: number, sizeMb: number): string => `${many(count, 'match', 'matches')}, ${size(sizeMb)}`,
  found: (count: number): string => `${many(count, 'match', 'matches')} found`,
  pages: 'Pages of the list',
  range: (first: number, last: number, count: number): string => `${first}–${last} of ${count.toLocaleString('en')}`,
  previous: 'Newer matches',
  next: 'Older matches',
  loading: 'Reading the list of matches…',
  empty: 'No match has been recorded yet.',
  emptyDetail: 'What you record appears here, with its pictures and files.',
  toRecord: 'Go to recording',
  noneFound: (words: string): string => `No match is called “${words}”.`,
  failed: 'The list of matches could not be read.',
  again: 'Try again',

  integrity: {
    recording: 'Recording now',
    finishing: 'Being finished',
    verified: 'Verified',
    gaps: 'Verified, with gaps',
    damaged: 'Damaged',
    unfinished: 'Cut off',
    torn: 'With an open file',
    unchecked: 'Not checked',
    unknown: 'State not known',
  } satisfies Record<Integrity, string>,
  integrityDetail: {
    recording: 'It can be watched while it is recorded, a little behind.',
    finishing: 'Its files are being finished and checked.',
    verified: 'Every file was read and is good.',
    gaps: 'Every file is good, but a camera did not record all the time. The time line shows where.',
    damaged: 'At least one file is not as it should be. The list of files says which. The others can be used.',
    unfinished: 'The recording ended without a stop. What was recorded plays all the same.',
    torn: 'A camera failed in mid-match and left a file open. The rig closes it when it records nothing. It plays all the same.',
    unchecked: 'Not every file was checked. It may be good all the same.',
    unknown: 'It may be recorded just now. That is seen when the rig is heard again.',
  } satisfies Record<Integrity, string>,

  match: {
    back: 'All matches',
    loading: 'Reading the match…',
    gone: 'There is no match of this name.',
    goneDetail: 'It may have been deleted, or its name is spelled differently.',
    failed: 'The match could not be read.',
    begins: 'The first pictures can be watched here in a few seconds.',
    noFiles: 'This match has no pictures to play.',
    download: 'Download',
    downloadDetail: (sizeMb: number): string => `All files as a zip, ${size(sizeMb)}`,
    remove: 'Delete',
    details: 'Files and technical details',
    record: 'match.json',
    recordDetail: 'Everything that the rig knows about this match, for programs.',
    estimated: 'The rig has not noted where each file begins. They are shown one behind the other.',
  },

  remove: {
    title: 'Delete this match?',
    /** Before the name of the match, and behind it. */
    question: (sizeMb: number): string => `${size(sizeMb)}, with all its pictures and marks.`,
    detail: 'It cannot be brought back. Download it first if anybody may need it.',
    no: 'Keep the match',
    yes: 'Delete for good',
    busy: 'Deleting…',
    refused: 'The match was not deleted.',
    done: (name: string, sizeMb: number): string => `${name} is deleted. ${size(sizeMb)} are free again.`,
  },

  files: {
    name: 'File',
    starts: 'From',
    length: 'Length',
    size: 'Size',
    check: 'Check',
    checks: { good: 'Good', bad: 'Damaged', unchecked: 'Not checked' } satisfies Record<SegmentCheck, string>,
    growing: 'Being written',
    unfinished: 'Cut off, plays all the same',
    download: (name: string): string => `Download ${name}`,
    unknown: '–',
  },

  player: {
    title: 'Pictures of the match',
    view: 'Which camera',
    both: 'Both',
    left: 'Left',
    right: 'Right',
    play: 'Play',
    pause: 'Pause',
    back: '10 seconds back',
    forward: '10 seconds forward',
    speed: 'Speed',
    speeds: (speed: number): string => `${speed === 0.5 ? '½' : speed}×`,
    speedSpoken: (speed: number): string => (speed === 0.5 ? 'Half speed' : speed === 1 ? 'Normal speed' : 'Double speed'),
    fullScreen: 'Full screen',
    leaveFullScreen: 'Leave full screen',
    position: 'Position in the match',
    positionText: (at: string, length: string): string => `${at} of ${length}`,
    gap: 'No picture here',
    gapDetail: 'This camera did not record at that moment.',
    gapFrom: (name: string, from: string, to: string): string => `${name}: no picture from ${from} to ${to}`,
    breakFrom: (name: string, from: string, to: string): string => `${name}: recording stopped from ${from} to ${to}`,
    failed: 'This file does not play here',
    failedDetail: 'Download it below to look at it with another program.',
    loading: 'Fetching the picture',
    edge: 'This is all there is so far. It goes on by itself.',
    live: 'Go to now',
  },
};
