/** Generated parts of pages that are otherwise written by hand. */

/** The page with what stands between two marks replaced; throws when it lacks the marks. */
export function replaceBetween(page: string, begin: string, end: string, content: string): string {
  const from = page.indexOf(begin);
  const to = page.indexOf(end);
  if (from < 0 || to < from) throw new Error(`the page lacks the marks ${begin} and ${end}`);
  return `${page.slice(0, from + begin.length)}\n${content}\n${page.slice(to)}`;
}
