import { useStrings } from '../strings/use-strings.js';

export function KioskPage() {
  const { kiosk } = useStrings();
  return (
    <div class="sheet">
      <h1>{kiosk.title}</h1>
    </div>
  );
}
