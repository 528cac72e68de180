import { useStrings } from '../strings/use-strings.js';

export function LibraryPage({ matchId }: { readonly matchId: string | null }) {
  const { app } = useStrings();
  return (
    <div class="sheet">
      <h1>{matchId ?? app.pages.library}</h1>
      <p>{app.notBuilt}</p>
    </div>
  );
}
