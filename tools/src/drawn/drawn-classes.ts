import type { Brush } from './brush.js';
import { balloon } from './objects/balloon.js';
import { boat } from './objects/boat.js';
import { butterfly } from './objects/butterfly.js';
import { car } from './objects/car.js';
import { clock } from './objects/clock.js';
import { fish } from './objects/fish.js';
import { flower } from './objects/flower.js';
import { house } from './objects/house.js';
import { mushroom } from './objects/mushroom.js';
import { star } from './objects/star.js';
import { tree } from './objects/tree.js';
import { umbrella } from './objects/umbrella.js';
import type { Random } from './random.js';

/** A kind of object that pictures are drawn of. */
export interface DrawnClass {
  /** Its label, and the name of the folder of its pictures. */
  readonly name: string;
  /** SVG of one such object, no two alike, in a box of 100 × 100 around (0, 0). */
  readonly draw: (random: Random, brush: Brush) => string;
  /** The hues, in degrees, that it often has in life: it is drawn in these, and in any others. */
  readonly hues: readonly number[];
  /** By how many degrees it may lie askew. */
  readonly tilt: number;
}

/** Everything that pictures are drawn of, by name. A person tells each at a glance. */
export const DRAWN_CLASSES: readonly DrawnClass[] = [
  { name: 'balloon', draw: balloon, hues: [0, 215, 50, 320], tilt: 25 },
  { name: 'boat', draw: boat, hues: [20, 215], tilt: 14 },
  { name: 'butterfly', draw: butterfly, hues: [30, 260, 210], tilt: 60 },
  { name: 'car', draw: car, hues: [0, 215, 50, 140], tilt: 14 },
  { name: 'clock', draw: clock, hues: [25, 0, 215], tilt: 20 },
  { name: 'fish', draw: fish, hues: [25, 200, 45], tilt: 35 },
  { name: 'flower', draw: flower, hues: [340, 280, 50, 0], tilt: 25 },
  { name: 'house', draw: house, hues: [35, 15, 50], tilt: 10 },
  { name: 'mushroom', draw: mushroom, hues: [0, 25, 30], tilt: 25 },
  { name: 'star', draw: star, hues: [48, 48, 45], tilt: 36 },
  { name: 'tree', draw: tree, hues: [110, 125, 95, 80], tilt: 12 },
  { name: 'umbrella', draw: umbrella, hues: [0, 260, 210, 320], tilt: 35 },
];
