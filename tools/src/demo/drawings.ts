/** A picture drawn for the demo: what it is meant to show, as SVG. */
export interface Drawing {
  readonly name: string;
  readonly svg: string;
}

const WIDTH = 640;
const HEIGHT = 480;

const scene = (name: string, defs: string, shapes: string): Drawing => ({
  name,
  svg: `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}"><defs>${defs}</defs>${shapes}</svg>`,
});

/** A gradient from one colour to another, downwards or from a bright spot outwards. */
const down = (id: string, from: string, to: string): string =>
  `<linearGradient id="${id}" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="${from}"/><stop offset="1" stop-color="${to}"/></linearGradient>`;
const ball = (id: string, from: string, to: string): string =>
  `<radialGradient id="${id}" cx="0.38" cy="0.32" r="0.75"><stop offset="0" stop-color="${from}"/><stop offset="1" stop-color="${to}"/></radialGradient>`;

const ground = (id: string): string =>
  `<rect width="${WIDTH}" height="${HEIGHT}" fill="url(#${id})"/>`;

const times = (count: number, draw: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => draw(index)).join('');

const round = (value: number): string => value.toFixed(1);

function trafficLight(): Drawing {
  const lamp = (y: number, id: string): string =>
    `<circle cx="320" cy="${y}" r="48" fill="#0b0b0b"/><circle cx="320" cy="${y}" r="42" fill="url(#${id})"/>`;
  return scene(
    'traffic-light',
    down('sky', '#6ea8dc', '#d5e6f3') +
      ball('red', '#ff8a7a', '#d10f0f') +
      ball('amber', '#6b5312', '#3c2d07') +
      ball('green', '#184c26', '#0b2913'),
    `${ground('sky')}<rect x="306" y="420" width="28" height="60" fill="#333"/>
     <rect x="250" y="40" width="140" height="385" rx="22" fill="#1d1f1d" stroke="#0a0a0a" stroke-width="6"/>
     ${lamp(110, 'red')}${lamp(232, 'amber')}${lamp(354, 'green')}`,
  );
}

function wallClock(): Drawing {
  const ticks = times(60, (index) => {
    const angle = (index * Math.PI) / 30;
    const inner = index % 5 === 0 ? 158 : 170;
    const at = (radius: number): [string, string] => [
      round(320 + radius * Math.sin(angle)),
      round(240 - radius * Math.cos(angle)),
    ];
    const [x1, y1] = at(inner);
    const [x2, y2] = at(180);
    return `<line x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}" stroke="#111" stroke-width="${index % 5 === 0 ? 7 : 2}"/>`;
  });
  const numerals = times(12, (index) => {
    const angle = ((index + 1) * Math.PI) / 6;
    return `<text x="${round(320 + 132 * Math.sin(angle))}" y="${round(254 - 132 * Math.cos(angle))}" font-family="DejaVu Sans, Helvetica, sans-serif" font-size="38" font-weight="bold" text-anchor="middle">${index + 1}</text>`;
  });
  return scene(
    'wall-clock',
    down('wall', '#c9b79c', '#a8937a') + ball('face', '#ffffff', '#e9e6dd'),
    `${ground('wall')}<circle cx="326" cy="250" r="214" fill="#00000055"/><circle cx="320" cy="240" r="212" fill="#3a2415"/>
     <circle cx="320" cy="240" r="192" fill="url(#face)"/>${ticks}${numerals}
     <line x1="320" y1="240" x2="245" y2="190" stroke="#111" stroke-width="13" stroke-linecap="round"/>
     <line x1="320" y1="240" x2="392" y2="124" stroke="#111" stroke-width="8" stroke-linecap="round"/>
     <line x1="308" y1="270" x2="378" y2="96" stroke="#b3261e" stroke-width="3"/><circle cx="320" cy="240" r="11" fill="#111"/>`,
  );
}

function hotAirBalloon(): Drawing {
  const stripes = ['#d8342c', '#f2a51f', '#f4e04d', '#2f8f4e', '#2b62b8', '#7a3b9c'];
  const gores = times(
    6,
    (index) =>
      `<path d="M320 30 Q${round(140 + index * 72 - 40)} 170 300 335 L340 335 Q${round(140 + (index + 1) * 72 - 40)} 170 320 30Z" fill="${stripes[index] ?? ''}"/>`,
  );
  return scene(
    'hot-air-balloon',
    down('sky', '#3f86cf', '#cfe6f7') +
      '<clipPath id="envelope"><path d="M320 30C200 30 150 120 165 195C180 265 270 310 296 338L344 338C370 310 460 265 475 195C490 120 440 30 320 30Z"/></clipPath>',
    `${ground('sky')}<ellipse cx="110" cy="110" rx="90" ry="22" fill="#ffffffaa"/><ellipse cx="560" cy="300" rx="100" ry="20" fill="#ffffff99"/>
     <g clip-path="url(#envelope)"><rect width="640" height="480" fill="#d8342c"/>${gores}</g>
     <path d="M298 338L304 392M342 338L336 392" stroke="#333" stroke-width="2"/><rect x="300" y="390" width="40" height="34" rx="4" fill="#7a4a21"/>
     <path d="M0 455Q160 425 320 450T640 445V480H0Z" fill="#4d7d3a"/>`,
  );
}

function orange(): Drawing {
  const pores = times(
    260,
    (index) =>
      `<circle cx="${round(320 + Math.cos(index * 2.4) * 9.8 * Math.sqrt(index))}" cy="${round(250 + Math.sin(index * 2.4) * 9.8 * Math.sqrt(index))}" r="2" fill="#c85a00" opacity="0.35"/>`,
  );
  return scene(
    'orange',
    down('table', '#f5f2ea', '#cfc6b4') + ball('peel', '#ffc15a', '#e06a00'),
    `${ground('table')}<ellipse cx="340" cy="425" rx="170" ry="26" fill="#00000040"/><circle cx="320" cy="250" r="175" fill="url(#peel)"/>${pores}
     <circle cx="320" cy="92" r="9" fill="#5d7a2c"/><path d="M322 90Q390 30 450 70Q400 120 322 90Z" fill="#3f7d2c"/>`,
  );
}

function crossword(): Drawing {
  const dark = new Set([3, 8, 13, 21, 27, 30, 38, 44, 49, 52, 60, 67, 71, 76, 82, 90, 95]);
  const cells = times(100, (index) => {
    const x = 120 + (index % 10) * 40;
    const y = 40 + Math.floor(index / 10) * 40;
    const letter = String.fromCharCode(65 + ((index * 7) % 26));
    return dark.has(index)
      ? `<rect x="${x}" y="${y}" width="40" height="40" fill="#111"/>`
      : `<rect x="${x}" y="${y}" width="40" height="40" fill="#fff" stroke="#222"/><text x="${x + 20}" y="${y + 30}" font-family="DejaVu Sans, sans-serif" font-size="24" text-anchor="middle">${index % 3 === 0 ? letter : ''}</text>`;
  });
  return scene('crossword', down('paper', '#f4efe2', '#e6ddc8'), `${ground('paper')}${cells}`);
}

function mushroom(): Drawing {
  const spots = [
    [210, 170, 24],
    [280, 120, 20],
    [350, 165, 28],
    [420, 125, 18],
    [455, 190, 22],
    [300, 205, 16],
    [240, 220, 12],
  ].map(
    ([x, y, r]) => `<ellipse cx="${x}" cy="${y}" rx="${r}" ry="${(r ?? 0) * 0.8}" fill="#fff4e6"/>`,
  );
  return scene(
    'mushroom',
    down('wood', '#28421f', '#5f7d3a') +
      ball('cap', '#ff5b45', '#a30f0f') +
      down('stem', '#fffaf0', '#d9cdb4'),
    `${ground('wood')}${times(120, (index) => `<path d="M${(index * 53) % 640} 480q${(index % 7) - 3} -${40 + ((index * 17) % 60)} ${((index * 5) % 30) - 15} -${70 + ((index * 31) % 70)}" stroke="#${index % 2 === 0 ? '4c7a2a' : '7fa04a'}" stroke-width="4" fill="none"/>`)}
     <path d="M285 240Q270 400 250 460L400 460Q375 380 365 240Z" fill="url(#stem)"/><path d="M270 290Q325 330 382 290L378 262L275 262Z" fill="#efe3cb"/>
     <path d="M130 255Q150 70 325 70Q505 70 520 255Q325 300 130 255Z" fill="url(#cap)"/>${spots.join('')}`,
  );
}

function umbrella(): Drawing {
  const ribs = ['#c2185b', '#e84f86', '#c2185b', '#e84f86', '#c2185b', '#e84f86'];
  return scene(
    'umbrella',
    down('rain', '#7f8f9c', '#c2ccd3'),
    `${ground('rain')}${times(90, (index) => `<line x1="${(index * 97) % 640}" y1="${(index * 61) % 480}" x2="${((index * 97) % 640) - 6}" y2="${((index * 61) % 480) + 22}" stroke="#e8eef2" stroke-width="2" opacity="0.6"/>`)}
     ${times(6, (index) => `<path d="M320 60Q${130 + index * 63} 110 ${100 + index * 73.3} 240Q${136 + index * 73.3} 215 ${173.3 + index * 73.3} 240Q${193 + index * 63} 110 320 60Z" fill="${ribs[index] ?? ''}"/>`)}
     <line x1="320" y1="40" x2="320" y2="400" stroke="#4a3222" stroke-width="8"/><path d="M320 395q0 45 -38 45q-34 0 -34 -34" stroke="#4a3222" stroke-width="11" fill="none" stroke-linecap="round"/>`,
  );
}

function soccerBall(): Drawing {
  const pentagon = (cx: number, cy: number, r: number, turn: number): string =>
    `<polygon points="${times(5, (index) => `${round(cx + r * Math.sin(turn + index * 1.2566))},${round(cy - r * Math.cos(turn + index * 1.2566))} `)}" fill="#151515"/>`;
  const outer = times(5, (index) => {
    const angle = index * 1.2566;
    const x = 320 + 142 * Math.sin(angle);
    const y = 240 - 142 * Math.cos(angle);
    const seam = `<line x1="${round(320 + 58 * Math.sin(angle))}" y1="${round(240 - 58 * Math.cos(angle))}" x2="${round(x)}" y2="${round(y)}" stroke="#444" stroke-width="3"/>`;
    return seam + pentagon(x, y, 46, angle + Math.PI);
  });
  return scene(
    'soccer-ball',
    down('grass', '#5fa843', '#2f6e22') +
      ball('leather', '#ffffff', '#b9bec4') +
      '<clipPath id="disc"><circle cx="320" cy="240" r="172"/></clipPath>',
    `${ground('grass')}${times(160, (index) => `<line x1="${(index * 71) % 640}" y1="${(index * 43) % 480}" x2="${((index * 71) % 640) + 3}" y2="${((index * 43) % 480) - 16}" stroke="#7cc45a" stroke-width="2"/>`)}
     <ellipse cx="335" cy="412" rx="160" ry="24" fill="#00000055"/><circle cx="320" cy="240" r="172" fill="url(#leather)"/><g clip-path="url(#disc)">${pentagon(320, 240, 58, 0)}${outer}</g>`,
  );
}

function candle(): Drawing {
  return scene(
    'candle',
    down('dark', '#140d0a', '#3a2012') +
      down('wax', '#fff3d6', '#e0b878') +
      '<radialGradient id="glow"><stop offset="0" stop-color="#ffd27a" stop-opacity="0.9"/><stop offset="1" stop-color="#ffb347" stop-opacity="0"/></radialGradient>',
    `${ground('dark')}<circle cx="320" cy="130" r="200" fill="url(#glow)"/><rect x="265" y="205" width="110" height="230" rx="8" fill="url(#wax)"/>
     <ellipse cx="320" cy="207" rx="55" ry="14" fill="#ffe9bd"/><path d="M282 210q4 60 -4 80q14 6 12 -30z" fill="#fff6e0"/><line x1="320" y1="205" x2="320" y2="170" stroke="#222" stroke-width="4"/>
     <path d="M320 60Q362 130 338 165Q320 182 302 165Q278 130 320 60Z" fill="#ffb02e"/><path d="M320 105Q340 140 330 162Q320 172 310 162Q300 140 320 105Z" fill="#fff3c4"/>
     <ellipse cx="320" cy="440" rx="120" ry="18" fill="#6a3f22"/>`,
  );
}

function envelope(): Drawing {
  return scene(
    'envelope',
    down('desk', '#7b5a3c', '#5a3f28') + down('cover', '#fffdf6', '#eae2cf'),
    `${ground('desk')}<rect x="96" y="96" width="460" height="300" fill="#00000055"/><rect x="88" y="86" width="460" height="300" fill="url(#cover)" stroke="#c8bda3" stroke-width="2"/>
     <path d="M88 86L318 258L548 86" fill="#f7f1e1" stroke="#b9ad92" stroke-width="3"/><path d="M88 386L262 218M548 386L374 218" stroke="#cfc5ac" stroke-width="3"/>
     <circle cx="318" cy="258" r="34" fill="#a11d21"/><circle cx="318" cy="258" r="24" fill="#8a1418"/>`,
  );
}

function maze(): Drawing {
  const walls = times(9, (ring) => {
    const r = 30 + ring * 21;
    const gap = (ring * 2.1) % 6.28;
    const at = (angle: number): string =>
      `${round(320 + r * Math.cos(angle))} ${round(240 + r * Math.sin(angle))}`;
    return `<path d="M${at(gap + 0.3)}A${r} ${r} 0 1 1 ${at(gap - 0.1)}" fill="none" stroke="#2e5d25" stroke-width="10"/>`;
  });
  return scene('maze', down('path', '#e8dfc4', '#d3c69f'), `${ground('path')}${walls}`);
}

function volcano(): Drawing {
  return scene(
    'volcano',
    down('dusk', '#2b2440', '#c7613c') +
      down('rock', '#4a3b37', '#1f1917') +
      down('lava', '#ffd23f', '#e02f12'),
    `${ground('dusk')}<path d="M250 150Q180 60 260 40Q300 -10 350 30Q440 20 410 90Q420 130 380 150Z" fill="#5a5057" opacity="0.9"/>
     <path d="M0 480L240 150Q320 175 400 150L640 480Z" fill="url(#rock)"/><path d="M268 158Q320 176 372 158L352 200Q372 300 420 400L350 330L330 480L290 320L230 420Q290 290 285 200Z" fill="url(#lava)"/>
     <path d="M300 160Q290 80 320 60Q350 90 340 160Z" fill="#ff9a2e"/>${times(24, (index) => `<circle cx="${320 + ((index * 37) % 120) - 60}" cy="${150 - ((index * 29) % 120)}" r="${2 + (index % 3)}" fill="#ffcf5c"/>`)}`,
  );
}

/**
 * The pictures of the demo. They are drawings: the model was trained on photos, so that its answers on them
 * show that the way from a URL to a label works, not how good the labels are.
 */
export const DRAWINGS: readonly Drawing[] = [
  trafficLight(),
  wallClock(),
  hotAirBalloon(),
  orange(),
  crossword(),
  mushroom(),
  umbrella(),
  soccerBall(),
  candle(),
  envelope(),
  maze(),
  volcano(),
];
