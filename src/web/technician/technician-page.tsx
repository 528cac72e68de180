import { useStrings } from '../strings/use-strings.js';

export function TechnicianPage() {
  const { app } = useStrings();
  return (
    <div class="sheet">
      <h1>{app.pages.technician}</h1>
      <p>{app.notBuilt}</p>
    </div>
  );
}
