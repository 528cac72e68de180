/** The light build leaves out what live pictures have no use for (subtitles, encryption); its types are those of the whole. */
declare module 'hls.js/light' {
  export { default } from 'hls.js';
}
