/** The groups of operations in the order of the documentation; a route's `tag` is the name of one. */
export const TAGS: ReadonlyMap<string, string> = new Map([
  ['State', 'What the rig does and how it is'],
  ['Recording', 'Starting, stopping and watching a recording'],
  ['Preview', 'Live pictures while nothing is recorded'],
  ['Monitor', 'Small pictures of what the cameras do, also while they record'],
  ['Library', 'The matches on the disk of the rig and their files'],
  ['Diagnostics', 'For the technician: load, logs, and what went wrong together'],
  ['Panorama', 'Stitched pictures, which this rig does not make: answers that clients of FootballVision understand'],
  ['Cloud', 'Archives in the cloud, which this rig does not have'],
  ['Development', 'Which version runs; nothing can be changed over the network'],
  ['Operations', 'For machines that look after the rig: load balancers, Prometheus, generators of clients'],
]);
