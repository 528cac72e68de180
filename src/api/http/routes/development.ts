import Type, { type TSchema } from '#typebox';
import type { Diagnostics } from '../../../diagnostics/types.js';
import { TouchlineError } from '../../../errors.js';
import { BackupsBody, DevelopmentDoneBody, DevelopmentStatusBody, GitStatusBody, ServiceStatusBody, SystemInfoBody } from '../../contract/development.js';
import { presentSystemInfo } from '../../presenters/development.js';
import { jsonRoute, type Method, type Route } from '../route.js';

export interface DevelopmentParts {
  readonly diagnostics: Diagnostics;
  readonly version: string;
}

const COMMON = { base: 'api', tag: 'Development' } as const;

const nameOf = (path: string): string => path.slice(1).replaceAll('/', '_');
const Service = Type.Object({ target: Type.Optional(Type.String()), confirm: Type.Optional(Type.Boolean()), backup_name: Type.Optional(Type.String()) });

/**
 * The page for developers of the reference (contract 3.10): what it shows is answered truthfully, what it would do to the
 * machine is refused. Nothing here runs a command.
 */
export function developmentRoutes({ diagnostics, version }: DevelopmentParts): readonly Route[] {
  const show = <R extends TSchema>(path: string, summary: string, response: R, handle: Parameters<typeof jsonRoute<R>>[0]['handle']): Route =>
    jsonRoute<R>({ ...COMMON, method: 'GET', path, name: nameOf(path), summary, response, handle });
  const none = { active: false, branch: '', commit: '' };
  return [
    show('/dev/status', 'Which version runs', DevelopmentStatusBody, () => ({
      services: { production: { active: true, branch: 'release', commit: version }, development: { ...none, has_changes: false } },
      api_port: '',
    })),
    show('/dev/git-status', 'The version in the form of a commit; a rig has no repository', GitStatusBody, () => ({
      branch: 'release',
      commit: version,
      commit_full: version,
      commit_message: `Touchline ${version}`,
      has_changes: false,
      changes: [],
      ahead: 0,
      behind: 0,
    })),
    show('/dev/service-status', 'Which service runs', ServiceStatusBody, () => ({ current: 'production' as const, production_active: true, development_active: false })),
    show('/dev/backups', 'Versions to go back to: none', BackupsBody, () => ({ backups: [] })),
    show('/dev/system-info', 'Load of the machine and of this process', SystemInfoBody, () =>
      presentSystemInfo(diagnostics.board(), { pid: process.pid, memoryBytes: process.memoryUsage.rss(), cpuPercent: cpuPercentSinceStart() }),
    ),
    refused('GET', '/dev/logs', "The service's log"),
    refused('POST', '/dev/git-pull', 'Fetch another version'),
    refused('POST', '/dev/build-ui', 'Build the web page'),
    refused('POST', '/dev/switch-service', 'Run another version'),
    refused('POST', '/dev/restart-production', 'Restart the service'),
    refused('POST', '/dev/deploy-prod', 'Install another version'),
    refused('POST', '/dev/rollback', 'Go back to an earlier version'),
  ];
}

function refused(method: Method, path: string, summary: string): Route {
  const facts = { ...COMMON, method, path, name: nameOf(path), summary, response: DevelopmentDoneBody, refusals: { '403': 'Always: a network client may not do this to the rig' } };
  const handle = (): never => {
    throw new TouchlineError({
      kind: 'conflict',
      code: 'not_over_the_network',
      message: `${summary}: not over the network. Whoever looks after the rig does this on the rig itself (systemctl, journalctl).`,
    });
  };
  return method === 'GET' ? jsonRoute({ ...facts, handle }) : jsonRoute({ ...facts, body: Service, bodyOptional: true, handle });
}

function cpuPercentSinceStart(): number {
  const { user, system } = process.cpuUsage();
  return ((user + system) / 1e6 / process.uptime()) * 100;
}
