import { generateKeyPairSync, sign } from 'node:crypto';

/** A certificate that nobody but its owner vouches for, and its key, in PEM. */
export interface SelfMadeCertificate {
  readonly cert: string;
  readonly key: string;
}

const [SEQUENCE, SET, INTEGER, BITS, OCTETS, OID, UTF8, UTC_TIME, BOOLEAN] = [
  0x30, 0x31, 0x02, 0x03, 0x04, 0x06, 0x0c, 0x17, 0x01,
];
/** ecdsa-with-SHA256, commonName, basicConstraints, subjectAltName: their object identifiers, encoded. */
const [ECDSA, COMMON_NAME, CONSTRAINTS, ALT_NAME] = [
  '2a8648ce3d040302',
  '550403',
  '551d13',
  '551d11',
];
const DAY_MS = 86_400_000;

/**
 * Makes a certificate of an authority of one's own, for localhost and 127.0.0.1, valid for a day. Encoded
 * here because Node can read certificates but not make them. Source: RFC 5280, sections 4.1 and 4.2.
 */
export function selfMadeCertificate(): SelfMadeCertificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const algorithm = tlv(SEQUENCE, oid(ECDSA));
  const name = tlv(
    SEQUENCE,
    tlv(SET, tlv(SEQUENCE, oid(COMMON_NAME), tlv(UTF8, Buffer.from('a spec')))),
  );
  const now = Date.now();
  const names = tlv(
    SEQUENCE,
    tlv(0x82, Buffer.from('localhost')),
    tlv(0x87, Buffer.from([127, 0, 0, 1])),
  );
  const authority = tlv(SEQUENCE, tlv(BOOLEAN, Buffer.from([0xff])));
  const body = tlv(
    SEQUENCE,
    tlv(0xa0, tlv(INTEGER, Buffer.from([2]))),
    tlv(INTEGER, Buffer.from([1])),
    algorithm,
    name,
    tlv(SEQUENCE, time(now - DAY_MS), time(now + DAY_MS)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    tlv(
      0xa3,
      tlv(
        SEQUENCE,
        tlv(SEQUENCE, oid(CONSTRAINTS), tlv(OCTETS, authority)),
        tlv(SEQUENCE, oid(ALT_NAME), tlv(OCTETS, names)),
      ),
    ),
  );
  const signature = tlv(BITS, Buffer.from([0]), sign('sha256', body, privateKey));
  const der = tlv(SEQUENCE, body, algorithm, signature);
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return {
    cert: ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n'),
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

function tlv(tag: number, ...parts: readonly Buffer[]): Buffer {
  const value = Buffer.concat(parts);
  const { length } = value;
  const size =
    length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), value]);
}

const oid = (hex: string): Buffer => tlv(OID, Buffer.from(hex, 'hex'));

/** `YYMMDDhhmmssZ` */
const time = (at: number): Buffer =>
  tlv(UTC_TIME, Buffer.from(new Date(at).toISOString().replace(/^..|[-:T]|\.\d+/g, '')));
