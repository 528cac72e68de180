/** The systemd unit that runs a camera's process when systemd does (docs/appliance.md). */
export function cameraUnit(camera: number): string {
  return `touchline-camera@${camera}.service`;
}
