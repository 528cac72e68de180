/**
 * Puts a text into the clipboard; false when the browser does not let it. Rigs are called over plain HTTP, where browsers
 * have no `navigator.clipboard`, so the older way must do there.
 */
export async function copyText(text: string): Promise<boolean> {
  if (window.isSecureContext) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      // Not permitted: the older way asks for no permission.
    }
  }
  const carrier = document.createElement('textarea');
  const focused = document.activeElement;
  carrier.value = text;
  carrier.className = 'unseen';
  carrier.readOnly = true;
  document.body.append(carrier);
  carrier.select();
  const isCopied = document.execCommand('copy');
  carrier.remove();
  if (focused instanceof HTMLElement) focused.focus();
  return isCopied;
}
