import type { ErrorRequestHandler, Request, Response } from 'express';
import type { Logger } from 'pino';
import { asTouchlineError } from '../../errors.js';
import { answerOf, type ErrorAnswer, type Refusal, refusalAnswer } from './errors.js';

/** Answers with what HTTP itself has to say, in the form of every error. */
export function refuse(request: Request, response: Response, refusal: Refusal, log: Logger): void {
  send(request, response, refusalAnswer(refusal), log);
}

/** Turns whatever was thrown into an answer, as long as there is somebody to answer. */
export function handleError(log: Logger): ErrorRequestHandler {
  // Express tells error handlers apart by their four parameters.
  return (thrown: unknown, request: Request, response: Response, _next) => {
    if (request.socket.destroyed || response.headersSent) {
      log.debug({ method: request.method, err: asTouchlineError(thrown) }, 'client left before its answer');
      request.socket.destroy();
      return;
    }
    // The router's own complaint about a path that cannot be percent-decoded: there is nothing at such a path.
    if (thrown instanceof URIError) {
      refuse(request, response, 'not_found', log);
      return;
    }
    const error = asTouchlineError(thrown);
    const answer = answerOf(error);
    // Of a wrong request, the rule that it broke is the news; of a fault of the rig, where it happened.
    const isFault = answer.level === 'warn' || answer.level === 'error';
    send(request, response, answer, log, isFault ? { err: error } : { detail: answer.body.detail });
  };
}

function send(request: Request, response: Response, answer: ErrorAnswer, log: Logger, more: object = {}): void {
  const fields = { method: request.method, status: answer.status, code: answer.body.code };
  log[answer.level]({ ...fields, ...more }, 'request refused');
  response.status(answer.status).set('Cache-Control', 'no-store').json(answer.body);
}
