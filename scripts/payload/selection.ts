/** Which files of a package, and of what was compiled, go onto a rig. */

/** Folders at the top of a package that its users never load. */
const FOLDERS_FOR_AUTHORS = /^(?:\.[^/]+|tests?|__tests__|spec|examples?|benchmarks?|bench|docs?|coverage|fuzz)\//i;
const FILES_FOR_AUTHORS = /(?:\.map|\.d\.[cm]?ts|\.tsbuildinfo|(?:^|\/)\.[^/]+)$/;
const LICENCE = /^(?:licen[cs]e|copying|notice|copyright)(?:[.-][^/]*)?$/i;
const PROSE = /\.(?:md|markdown)$/i;

/** Packages of which only named files are needed: the rest is what they were compiled from. */
const ONLY: Readonly<Record<string, RegExp>> = {
  'gstreamer-superficial': /^(?:package\.json|build\/Release\/gstreamer-superficial\.node)$/,
  'node-datachannel': /^(?:package\.json|dist\/(?!types\/).*)$/,
  'swagger-ui-dist': /^(?:package\.json|swagger-ui-bundle\.js(?:\.LICENSE\.txt)?|swagger-ui\.css|favicon-32x32\.png)$/,
};

/** True for the file of a package, by its path in the package, that may be loaded or has to be passed on with it. */
export function isShippedOfPackage(name: string, path: string): boolean {
  if (isLicence(path)) return true;
  if (FOLDERS_FOR_AUTHORS.test(path) || FILES_FOR_AUTHORS.test(path)) return false;
  const only = ONLY[name];
  return only === undefined ? !PROSE.test(path) : only.test(path);
}

/** True for the text of a licence, or a notice that a licence says must be passed on. */
export function isLicence(path: string): boolean {
  return LICENCE.test(path.slice(path.lastIndexOf('/') + 1));
}

/** True for compiled code of the daemon, by its path below `build/src`; the page has its own build. */
export function isShippedOfBuild(path: string): boolean {
  return path.endsWith('.js') && !path.startsWith('web/');
}
