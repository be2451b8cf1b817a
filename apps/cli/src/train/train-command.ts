import { Option, type Command } from 'commander';
import { helpText } from '../command/help-text.js';
import type { Run } from '../command/invocation.js';
import { jsonOption, wholeNumber } from '../command/options.js';
import { classNames, learningRate, validation, width, type TrainFlags } from './train-options.js';

/** Which of them a net takes is for the net to say. */
const MOST_PIXELS = 10_000;
const MOST_EPOCHS = 10_000;
const MOST_THREADS = 64;
const LARGEST_BATCH = 4096;
const LARGEST_SEED = 2 ** 31 - 1;

/** `cropline train`: teaches GoogLeNet classes of one's own. Loaded only when it is asked for. */
export function declareTrain(program: Command, run: Run): void {
  const command = program
    .command('train')
    .description('Teach GoogLeNet your own classes, from labelled images.');
  declareData(command);
  declareNet(command);
  declareLearning(command);
  command
    .requiredOption('--out <folder>', 'where the model is written, with a report of its training')
    .option('--resume', 'go on with the training that was broken off in --out')
    .addOption(
      new Option('--precision <precision>', 'the numbers that the weights are written in')
        .choices(['fp32', 'fp16'])
        .default('fp32'),
    )
    .addOption(jsonOption('a line an epoch, and one for the model'))
    .addHelpText(
      'after',
      helpText(
        [
          'cropline train --data flowers/ --out flowers-model',
          'cropline train --data flowers/ --freeze conv inception_3 --epochs 3 --out flowers-model',
          'cropline train --data labels.csv --from scratch --input-size 96 --width 0.5 --out small',
          'CROPLINE_MODEL=flowers-model cropline classify rose.jpg',
        ],
        ['model', 'mirror', 'cache', 'timeout', 'bytes', 'pixels', 's3', 'colour'],
      ),
    )
    .action((flags: TrainFlags) =>
      run(async (invocation) => {
        const { trainClassifier } = await import('./train-classifier.js');
        return trainClassifier(flags, invocation);
      }),
    );
}

function declareData(command: Command): void {
  command
    .requiredOption(
      '--data <source>',
      'a folder or s3:// prefix with a subfolder a class, a .csv with the columns image,label, or a .jsonl of {"url", "label"}',
    )
    .addOption(
      new Option('--classes <names>', 'the classes, such as cat,dog; auto: all there are')
        .argParser(classNames)
        .default(null, 'auto'),
    )
    .addOption(
      new Option('--validation <share>', 'of every class set aside to judge by; or another source')
        .argParser(validation)
        .default(0.2),
    );
}

function declareNet(command: Command): void {
  command
    .option(
      '--from <model>',
      'scratch, or the model to start from: a known name or a folder (default: $CROPLINE_MODEL, or googlenet-bvlc)',
    )
    .addOption(
      new Option(
        '--input-size <pixels>',
        'width and height of what the net sees (default: of the model, or 224)',
      ).argParser((text) => wholeNumber(text, 1, MOST_PIXELS)),
    )
    .addOption(
      new Option(
        '--width <share>',
        "of the paper's channels, from scratch only (default: 1)",
      ).argParser(width),
    )
    .option('--no-batch-norm', 'from scratch: as in the paper, which learns more slowly')
    .option('--aux', "learn with the paper's two auxiliary classifiers (default: from scratch)")
    .option('--no-aux', 'learn without them')
    .option('--freeze <module...>', 'leave these as they are: beginnings of names of layers', []);
}

function declareLearning(command: Command): void {
  const count = (flag: string, text: string, most: number): Option =>
    new Option(flag, text).argParser((value) => wholeNumber(value, 1, most));
  command
    .addOption(
      count(
        '--epochs <n>',
        'times every image is learned from (default: 5, from scratch 30)',
        MOST_EPOCHS,
      ),
    )
    .addOption(
      count('--batch <n>', 'images of a step (default: 32, or fewer for few)', LARGEST_BATCH),
    )
    .addOption(
      new Option('--optimizer <name>', 'how weights are changed')
        .choices(['sgd', 'adam'])
        .default('sgd'),
    )
    .addOption(
      new Option('--lr-decay <name>', 'how the rate falls: 4 % every 8 epochs, or to nothing')
        .choices(['step', 'cosine'])
        .default('step'),
    )
    .addOption(
      new Option('--lr <rate>', 'how fast (default: see docs/training.md)').argParser(learningRate),
    )
    .addOption(
      count(
        '--patience <n>',
        'stop when so many epochs brought nothing better (default: never)',
        MOST_EPOCHS,
      ),
    )
    .addOption(count('--threads <n>', 'that share each step, a core each', MOST_THREADS).default(1))
    .addOption(
      new Option('--seed <n>', 'the same seed, images and machine give the same model')
        .argParser((text) => wholeNumber(text, 0, LARGEST_SEED))
        .default(1),
    );
}
