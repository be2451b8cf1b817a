import { KeyRing, KeyStore } from '@cropline/access';
import type { ObjectStore } from '@cropline/storage';
import type { Logger } from 'pino';
import type { ApiAccess } from '../config.js';
import { ADMIT_EVERYONE, ADMIT_THIS_MACHINE, admitKeys, type Admission } from './admission.js';

/** Who is admitted by what the API was told; a log line says so. */
export function admissionOf(access: ApiAccess, store: ObjectStore, log: Logger): Admission {
  switch (access.to) {
    case 'keys':
      log.info({ accessUrl: access.accessUrl }, 'open to those with an API key');
      return admitKeys(new KeyRing(new KeyStore(store, access.accessUrl)));
    case 'everyone':
      log.warn({}, 'open to everyone who reaches it, without keys, as CROPLINE_AUTH says');
      return ADMIT_EVERYONE;
    case 'this machine':
      log.info({}, 'open without keys, to this machine alone, as CROPLINE_AUTH is not set');
      return ADMIT_THIS_MACHINE;
  }
}
