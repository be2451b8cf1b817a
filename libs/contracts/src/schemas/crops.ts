import { z } from 'zod';

/** The most crops of a custom plan. */
const MOST_CUSTOM_CROPS = 512;

/**
 * The ways to choose crops that have a name: 1, 10 or 144 views of 224×224 (Szegedy et al. 2014, section
 * 7), as many of the 144 as it takes to know what they would say, or every place of the whole image.
 */
export const cropPolicySchema = z
  .enum(['single', 'ten', 'googlenet144', 'adaptive', 'dense'])
  .meta({
    id: 'CropPolicy',
    description:
      'How crops are chosen: 1, 10, 144, as many of the 144 as decide, or (`dense`) every place of the whole image at four scales, in one pass over each.',
  });
export type CropPolicyName = z.infer<typeof cropPolicySchema>;

/** The policies that run the same crops whatever the image shows. */
const wholePolicySchema = cropPolicySchema.exclude(['adaptive']);

const upToSchema = z
  .enum(['ten', 'googlenet144'])
  .describe('The policy whose answer is sought, and whose crops are the most that are run.');

const agreementSchema = z
  .number()
  .min(0.9)
  .max(0.999)
  .describe('The share of images whose best class is to be the one of the whole policy.');

/** The crops of a policy, best first, until its answer is known. */
export const adaptiveCropsSchema = z
  .strictObject({
    policy: z.literal('adaptive'),
    upTo: upToSchema.default('googlenet144'),
    agreement: agreementSchema.default(0.99),
  })
  .meta({ id: 'AdaptiveCrops', description: 'Stops adding crops once they decide.' });
export type AdaptiveCrops = z.infer<typeof adaptiveCropsSchema>;

/** A plan of one's own: a grid of crops over the whole image at every scale. */
export interface CustomCrops {
  scales: number[];
  grid: number;
  mirror: boolean;
}

const plan = {
  scales: z
    .array(z.int().min(224).max(512))
    .min(1)
    .max(8)
    .refine((scales) => new Set(scales).size === scales.length, 'Expected scales that differ')
    .describe('Shorter sides in pixels that the image is resized to; it keeps its aspect ratio.'),
  grid: z.int().min(1).max(8).describe('Crops along each side, evenly spread; 1: the centre.'),
  mirror: z.boolean().describe('Whether each is also run flipped left to right.'),
};

/** Checks a `CustomCrops`. */
export const customCropsSchema = z
  .strictObject(plan)
  .refine((crops: CustomCrops) => customCropCount(crops) <= MOST_CUSTOM_CROPS, {
    error: `Expected at most ${MOST_CUSTOM_CROPS} crops: scales × grid², twice that with mirror`,
  })
  .meta({ id: 'CustomCrops', description: 'A plan of your own.' });

/** What the option `crops` takes. */
export const cropsSchema = z
  .union([cropPolicySchema, adaptiveCropsSchema, customCropsSchema], {
    error: ({ input }) => cropsFault(input),
  })
  .meta({ id: 'Crops', description: 'A policy by its name, or a plan.' });
export type Crops = z.infer<typeof cropsSchema>;

const count = z
  .int()
  .positive()
  .describe(
    'How many crops the scores average over; for `adaptive`, how many were run; for `dense`, how many places.',
  );

/** Which crops a result averages over: the option it was made with, nothing left to default, and how many. */
export const usedCropsSchema = z
  .discriminatedUnion('policy', [
    z.object({ policy: wholePolicySchema, count }),
    z.object({
      policy: z.literal('adaptive'),
      upTo: upToSchema,
      agreement: agreementSchema,
      count,
    }),
    z.object({ policy: z.literal('custom'), ...plan, count }),
  ])
  .meta({ id: 'UsedCrops' });
export type UsedCrops = z.infer<typeof usedCropsSchema>;

/** The option `crops` with nothing left to default. */
export type CropSettings =
  | { readonly policy: Exclude<z.infer<typeof wholePolicySchema>, 'dense'> }
  | { readonly policy: 'dense' }
  | Readonly<AdaptiveCrops>
  | ({ readonly policy: 'custom' } & Readonly<CustomCrops>);

/** Fills in what a name or a plan leaves open. */
export function cropSettings(crops: Crops): CropSettings {
  if (crops === 'adaptive') return adaptiveCropsSchema.parse({ policy: crops });
  if (typeof crops === 'string') return { policy: crops };
  return 'policy' in crops ? crops : { policy: 'custom', ...crops };
}

const CROP_COUNTS: Readonly<Record<z.infer<typeof wholePolicySchema>, number>> = {
  single: 1,
  ten: 10,
  googlenet144: 144,
  // Places and their mirrors in four squares; a model that keeps aspect ratios looks at more.
  dense: 108,
};

/** The most crops that an image's scores average over. */
export function mostCrops(crops: Crops): number {
  const settings = cropSettings(crops);
  switch (settings.policy) {
    case 'custom':
      return customCropCount(settings);
    case 'adaptive':
      return CROP_COUNTS[settings.upTo];
    default:
      return CROP_COUNTS[settings.policy];
  }
}

function customCropCount({ scales, grid, mirror }: Readonly<CustomCrops>): number {
  return scales.length * grid ** 2 * (mirror ? 2 : 1);
}

/** What a command line and a URL's query take for crops, as a sentence names it. */
export const CROPS_TEXT_HELP = `${cropPolicySchema.options.join(', ')}, or a plan as JSON such as {"policy":"adaptive","agreement":0.98} or {"scales":[256,288],"grid":3,"mirror":true}`;

/** The option `crops` as text: a policy's name, or a plan as JSON. */
export const cropsTextSchema = z
  .string()
  .transform((text): unknown => {
    if (!text.trimStart().startsWith('{')) return text;
    try {
      return JSON.parse(text) as unknown;
    } catch {
      return text;
    }
  })
  .pipe(cropsSchema);

/** The option `crops` as the text that `cropsTextSchema` reads. */
export function cropsText(crops: z.input<typeof cropsSchema>): string {
  return typeof crops === 'string' ? crops : JSON.stringify(crops);
}

/** Why a value is none of the alternatives: of a plan, what is wrong with that plan. */
function cropsFault(input: unknown): string {
  if (typeof input === 'object' && input !== null && !Array.isArray(input)) {
    const schema = 'scales' in input || 'grid' in input ? customCropsSchema : adaptiveCropsSchema;
    const { error } = schema.safeParse(input);
    if (error !== undefined) return cropsFaults(error);
  }
  return `Expected ${CROPS_TEXT_HELP}`;
}

/** What is wrong with crops that one of these schemas refused, each fault with its field. */
export function cropsFaults({ issues }: z.core.$ZodError): string {
  return issues
    .map(({ path, message }) => (path.length === 0 ? message : `${path.join('.')}: ${message}`))
    .join('; ');
}
