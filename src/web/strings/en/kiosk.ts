import type { CameraOutcome, StartFailure } from '../../kiosk/outcome.js';
import type { NameProblem } from '../../kiosk/match-name.js';
import type { Problem } from '../../kiosk/problems.js';

const SIDES: readonly string[] = ['Left camera', 'Right camera'];
const camera = (id: number): string => SIDES[id] ?? `Camera ${id + 1}`;

interface Words {
  readonly title: string;
  /** What to do about it. */
  readonly advice: string;
}

/** The page at which somebody records. */
export const kiosk = {
  title: 'Record',
  camera,
  cameras: { both: 'both cameras', one: (id: number): string => `${camera(id).toLowerCase()} only` },

  record: {
    label: (what: string): string => `Record ${what}`,
    as: (name: string): string => name,
    /** On the label of the button for screen readers. */
    spoken: (what: string, name: string): string => `Record ${what} as ${name}`,
    starting: 'Starting both cameras…',
    startingDetail: 'The recording counts from the first frame of each camera.',
    asked: 'Asking the rig…',
    failed: 'The recording did not start.',
    cameraFailed: ({ camera: id, error }: StartFailure['cameras'][number]): string => `${camera(id)} gave no picture. Check its cable.${said(error)}`,
  },

  left: {
    still: 'still fit',
    none: 'How much still fits is not known',
    fits: (hours: number, minutes: number): string => (hours === 0 ? `${minutes} min` : hours >= 10 ? `${hours} h` : `${hours} h ${minutes} min`),
    sentence: (text: string): string => `${text} still fit`,
  },

  name: {
    label: 'Match',
    home: 'Home team',
    away: 'Away team',
    choose: 'Choose',
    none: 'No team',
    swap: 'Swap teams',
    type: 'Type or scan a name',
    typed: 'Name of the match',
    hint: 'Type it, or scan a code. Enter takes it.',
    take: 'Take this name',
    back: 'Propose a name again',
    goesOn: 'This match exists already. What is recorded now is added to it.',
    problems: {
      empty: 'Give it a name.',
      character: 'These characters cannot be used: / \\ < > : " | ? *',
      dot: 'It must not begin or end with a dot.',
      reserved: 'This name is reserved by computers. Add a word.',
      long: 'It is too long.',
      invisible: 'It has characters that cannot be seen. Type it again.',
    } satisfies Record<NameProblem, string>,
  },

  recording: {
    title: 'Recording',
    broken: 'Not recording',
    brokenDetail: 'No camera delivers. The rig goes on trying.',
    only: (id: number): string => `${camera(id)} only`,
    stopping: 'Stopping',
    stoppingDetail: 'The files are being finished and checked.',
    elapsed: 'Running time',
    began: 'Recording has begun.',
    ended: 'Recording has ended.',
  },

  stop: {
    hold: 'Hold to stop',
    holding: 'Keep holding…',
    how: 'Hold for one and a half seconds',
    tooShort: 'Keep your finger on it until it is full.',
    asked: 'Asking the rig to stop…',
    locked: (seconds: number): string => `Stop is locked for ${seconds} s more`,
    lockedUnknown: 'Stop is locked for some seconds after the start',
    assistedTitle: 'Stop the recording?',
    assisted: 'The match will be saved and its files checked.',
    assistedYes: 'Stop the recording',
    assistedNo: 'Go on recording',
    failed: 'The recording was not stopped.',
  },

  condition: {
    recording: 'Recording',
    starting: 'Starting',
    recovering: 'Not recording',
    failed: 'Not recording',
    absent: 'Not recording',
  },

  picture: {
    show: 'Show pictures',
    hide: 'Hide pictures',
    hidden: 'Pictures are off',
    asking: 'Waiting for the picture',
    none: 'No picture',
    noneAdvice: 'Check its cable.',
    notHere: 'The picture does not get through',
    notHereAdvice: 'Recording is possible all the same.',
    frozen: (seconds: number): string => `No new picture for ${seconds} s`,
    delayed: 'Some seconds late',
    unknown: 'Connection lost',
    stopping: 'Finishing the files',
    noMonitor: 'No picture while recording',
    frames: (frames: number): string => `${frames.toLocaleString('en')} ${frames === 1 ? 'frame' : 'frames'} recorded`,
    fps: (fps: number): string => `${Math.round(fps)} frames per second`,
    alt: (id: number): string => `Picture of the ${camera(id).toLowerCase()}`,
    recovering: (attempts: number): string => (attempts <= 1 ? 'Starting it again' : `Starting it again, attempt ${attempts}`),
  },

  problem,

  result: {
    saved: 'Saved.',
    verified: (cameras: number): string => (cameras === 2 ? 'Both cameras verified.' : 'The camera is verified.'),
    gaps: 'The files are good, but they have gaps.',
    unchecked: 'Its files could not be checked.',
    damaged: 'Saved, but not everything is well.',
    noSpace: 'The recording has ended: the disk is full.',
    elsewhere: 'The recording has ended.',
    elsewhereDetail: 'It was not stopped here. The match says how its files are.',
    open: 'Open match',
    dismiss: 'Done',
    camera: ({ camera: id, state, error, gaps }: CameraOutcome): string => `${camera(id)}: ${STATES[state]}${said(error)}${gaps === null ? '' : ` It did not record all the time.${said(gaps)}`}`,
  },
};

const STATES: Readonly<Record<CameraOutcome['state'], string>> = {
  verified: 'verified.',
  unchecked: 'not checked.',
  damaged: 'its file is damaged.',
  unfinished: 'its file was not finished. What was recorded plays all the same.',
  missing: 'no file.',
};

/** The rig's own words, where it had any. */
function said(words: string | null): string {
  return words === null || words === '' ? '' : ` (${words.replace(/\.$/, '')})`;
}

/** What is wrong, and what to do about it. */
function problem(found: Problem): Words {
  switch (found.kind) {
    case 'camera_failed':
      return { title: `${camera(found.camera)} has failed.${goesOn(found.goesOn)}`, advice: `Check its cable. The rig keeps trying.${said(found.reason)}` };
    case 'camera_recovering':
      return { title: `${camera(found.camera)} is not recording.`, advice: `The rig is starting it again.${goesOn(found.goesOn)}${said(found.reason)}` };
    case 'camera_absent':
      return { title: `${camera(found.camera)} is not part of this recording.`, advice: `It gave no picture at the start. Check its cable before the next one.${said(found.reason)}` };
    case 'no_picture':
      return { title: `${camera(found.camera)} gives no picture.`, advice: found.needed ? 'Check its cable. Recording needs both cameras.' : 'Check its cable.' };
    case 'disk_full':
      return { title: `Only ${Math.floor(found.hours * 60)} min still fit.`, advice: 'Delete matches that you do not need.' };
    case 'disk_low':
      return { title: `Only ${Math.floor(found.hours)} h ${Math.floor((found.hours * 60) % 60)} min still fit.`, advice: 'Make room before the next match.' };
    case 'disk_behind':
      return { title: 'The disk is too slow: what is recorded waits for it.', advice: 'Do not switch the rig off. Check the cable of the disk.' };
    case 'disk_refusing':
      return { title: 'The disk takes nothing.', advice: 'The rig keeps trying. Check the cable of the disk, and whether it is full.' };
    case 'disk_missing':
      return { title: 'The disk for recordings is missing.', advice: 'Matches go to the disk of the system. Check the cable, then have the rig restarted.' };
    case 'hot':
      return { title: `The rig is hot (${Math.round(found.celsius)} °C).`, advice: 'Give it shade, and keep its openings free.' };
    case 'very_hot':
      return { title: `The rig is too hot (${Math.round(found.celsius)} °C).`, advice: 'Shade and air at once, or it slows down and loses frames.' };
    case 'power_mode':
      return { title: `Power mode ${found.name} is too weak for recording.`, advice: 'Ask the technician to set the strongest one.' };
    case 'overload':
      return { title: 'The rig has too much to do.', advice: 'Close live pictures on other devices.' };
  }
}

function goesOn(id: number | null): string {
  return id === null ? '' : ` ${camera(id)} goes on.`;
}
