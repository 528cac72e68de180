import { STATUS_CODES } from 'node:http';
import type { ErrorKind, TouchlineError, Violation } from '../../errors.js';
import type { ErrorBody, ValidationItem } from '../contract/errors.js';

/**
 * The only place with statuses of 400 and above: what the world is told for each kind of error (contract 1.4, 1.5,
 * 3.3), and how loud the journal is about it.
 */

interface Reaction {
  readonly status: number;
  readonly level: 'debug' | 'info' | 'warn' | 'error';
}

const BY_KIND: Readonly<Record<ErrorKind, Reaction>> = {
  invalid: { status: 422, level: 'info' },
  not_found: { status: 404, level: 'debug' },
  conflict: { status: 409, level: 'info' },
  busy: { status: 503, level: 'info' },
  unavailable: { status: 503, level: 'warn' },
  timeout: { status: 504, level: 'warn' },
  no_space: { status: 507, level: 'warn' },
  internal: { status: 500, level: 'error' },
};

/** Where the contract wants another status than the kind's. */
const BY_CODE: ReadonlyMap<string, number> = new Map([
  ['preview_while_recording', 400], // contract 3.5, 16.18
  ['precondition_failed', 412], // RFC 9110, 13.1
  ['range_not_satisfiable', 416], // RFC 9110, 14.4
  ['unknown_log_type', 400], // contract 3.7
  ['no_cloud_storage', 503], // contract 3.8
  ['panorama_update_empty', 400], // contract 3.9
  ['panorama_missing', 400],
  ['calibration_missing', 400],
  ['calibration_not_started', 400],
  ['calibration_no_service', 400],
  ['panorama_not_active', 400],
  ['panorama_not_processable', 400],
  ['panorama_not_calibrated', 503],
  ['not_over_the_network', 403], // contract 3.10
]);

/** Requests that no part of the rig ever sees, because HTTP itself answers them; each is the `code` of its answer. */
export const REFUSAL_CODES = [
  'not_found',
  'method_not_allowed',
  'foreign_origin',
  'unknown_host',
  'body_too_large',
  'body_encoding',
  'bad_request',
  'request_timeout',
  'headers_too_large',
  'too_many_requests',
] as const;

export type Refusal = (typeof REFUSAL_CODES)[number];

const REFUSALS: Readonly<Record<Refusal, { readonly status: number; readonly detail: string }>> = {
  not_found: { status: 404, detail: 'Not Found' },
  method_not_allowed: { status: 405, detail: 'Method Not Allowed' },
  body_too_large: { status: 413, detail: 'The request body is larger than the 64 KiB that are read' },
  body_encoding: { status: 415, detail: 'Content-Encoding is not supported: send the body as plain JSON' },
  bad_request: { status: 400, detail: 'The request is not valid HTTP' },
  request_timeout: { status: 408, detail: 'The request did not arrive in time' },
  headers_too_large: { status: 431, detail: 'The request headers are too large' },
  foreign_origin: {
    status: 403,
    detail:
      'A page of another site sent this request: the rig takes commands only from its own pages and from programs. ' +
      'If the page belongs to you, add its origin (http://name:port, as in the address bar) to "allowed_origins" in touchline.json',
  },
  unknown_host: {
    status: 403,
    detail:
      'The rig does not know the name by which it was called: call it by its address, or add that name as an origin ' +
      '(http://name:port, as in the address bar) to "allowed_origins" in touchline.json',
  },
  too_many_requests: { status: 429, detail: 'This costs the rig so much that a client may ask for it a few times a minute only: try again later' },
};

/** Code of the error whose violations are those of the request itself. */
export const INVALID_REQUEST = 'invalid_request';

export interface ErrorAnswer extends Reaction {
  readonly body: ErrorBody;
}

/** What the client gets for this error: the top message and the code, never the chain behind them. */
export function answerOf(error: TouchlineError): ErrorAnswer {
  // Violations of anything but the request (a pipeline file, say) are in the message; their paths mean nothing to a client.
  const isRequest = error.code === INVALID_REQUEST && error.violations.length > 0;
  const detail = isRequest ? error.violations.map(validationItem) : error.message;
  const reaction = BY_KIND[error.kind];
  return { ...reaction, status: BY_CODE.get(error.code) ?? reaction.status, body: { detail, code: error.code } };
}

export function refusalAnswer(refusal: Refusal): ErrorAnswer {
  const { status, detail } = REFUSALS[refusal];
  return { status, level: 'debug', body: { detail, code: refusal } };
}

/** A complete answer for a connection whose request the HTTP parser gave up on (`code` as Node names it). */
export function rawRefusal(code: string | null): string {
  return rawAnswer(parserRefusal(code));
}

/** A complete answer, for a connection that is closed after it. */
export function rawAnswer(refusal: Refusal): string {
  const { status, body } = refusalAnswer(refusal);
  const text = JSON.stringify(body);
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(text)}`,
    'X-Content-Type-Options: nosniff',
    'Connection: close',
  ];
  return `${head.join('\r\n')}\r\n\r\n${text}`;
}

function parserRefusal(code: string | null): Refusal {
  if (code === 'HPE_HEADER_OVERFLOW') return 'headers_too_large';
  return code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 'request_timeout' : 'bad_request';
}

/** Our rule names where clients do not know one; FastAPI's where the contract names it. */
const RULE_NAMES: ReadonlyMap<string, string> = new Map([['required', 'missing']]);

function validationItem(violation: Violation): ValidationItem {
  return {
    loc: [...violation.path],
    msg: violation.message,
    type: RULE_NAMES.get(violation.rule) ?? violation.rule,
    ...(violation.value === undefined ? {} : { input: violation.value }),
  };
}
