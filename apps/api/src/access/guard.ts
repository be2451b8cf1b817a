import { NotFoundException } from '@nestjs/common';
import { CroplineError, type Caller, type Scope } from '@cropline/contracts';
import type { Request, RequestHandler, Response } from 'express';
import { cutOffLater } from '../http/cut-off-later.js';
import type { Admission } from './admission.js';
import { noteCaller } from './caller-of.js';
import { scopeOf } from './route-scopes.js';

const CHALLENGE = 'Bearer realm="cropline", Basic realm="cropline", charset="UTF-8"';

/**
 * Lets a request go on if whoever sent it may do what it asks for. It stands before all that reads bodies:
 * those of others are not read.
 */
export function guard(admission: Admission): RequestHandler {
  return async (request: Request, response: Response, next): Promise<void> => {
    try {
      const scope = scopeOf(request.method, request.path);
      if (scope !== 'open') {
        const caller = await admission.admit(request);
        if (caller !== null) {
          noteCaller(request, caller);
          if (scope !== null) requireScope(caller, scope);
        }
        if (scope === null) throw new NotFoundException();
      }
    } catch (error) {
      if (error instanceof CroplineError && error.status === 401) {
        response.setHeader('WWW-Authenticate', CHALLENGE);
      }
      cutOffLater(request, response);
      throw error;
    }
    next();
  };
}

function requireScope({ keyId, scopes }: Caller, scope: Scope): void {
  if (scopes.includes(scope)) return;
  throw new CroplineError(
    'SCOPE_MISSING',
    `Expected an API key with the scope ${scope}, but ${keyId} has ${scopes.join(' and ') || 'none'}.`,
  );
}
