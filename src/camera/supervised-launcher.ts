import { killHost, type HostLauncher } from './launcher.js';

/**
 * Hosts under a service manager (`camera_supervisor: systemd`): its units start them and bring them back, so nothing is
 * started here. One that hangs is killed as always, which is all that the manager needs to start it anew.
 */
export class SupervisedLauncher implements HostLauncher {
  readonly startsHosts = false;
  readonly #runtimeDir: string;

  constructor(options: { readonly runtimeDir: string }) {
    this.#runtimeDir = options.runtimeDir;
  }

  launch(): void {
    // The unit touchline-camera@N does, within RestartSec.
  }

  kill(camera: number): Promise<boolean> {
    return killHost(this.#runtimeDir, camera);
  }
}
