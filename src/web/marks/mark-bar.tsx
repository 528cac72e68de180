/** Marks of the match that is being recorded. */
export function MarkBar(_props: { readonly matchId: string }) {
  return <div class="marks" />;
}
