import { IMAGENET_LABELS } from '@cropline/model';
import { describe, expect, it } from '@jest/globals';
import { matchLabels } from './match-labels.js';

describe('matchLabels', () => {
  const match = matchLabels(['tabby, tabby cat', 'dog', 'Café', '7', 'crane', 'bird, crane']);

  it.each([
    ['the whole label', 'tabby, tabby cat', 0],
    ['one of its names', 'tabby cat', 0],
    ['either case', 'TABBY', 0],
    ['the name of a folder', 'Tabby_Cat', 0],
    ['letters written another way', 'Cafe\u0301', 2],
    ['spaces around it', ' dog ', 1],
    ['a class index', '1', 1],
    ['a name that is a number, before an index', '7', 3],
    ['a whole label, before a name in another', 'crane', 4],
  ])('knows a class by %s', (_, label, classIndex) => {
    expect(match(label)).toEqual([classIndex]);
  });

  it.each(['cat', '6', '-1', '1.0', '99999999999', ''])('knows no class "%s"', (label) => {
    expect(match(label)).toEqual([]);
  });

  it('tells all classes that a label may mean', () => {
    expect(matchLabels(['crane', 'heron', 'Crane'])('crane')).toEqual([0, 2]);
  });

  it('knows every class of ImageNet by its index, and nearly all by their labels', () => {
    const imagenet = matchLabels(IMAGENET_LABELS);
    const unique = IMAGENET_LABELS.filter((label, index) => {
      expect(imagenet(String(index))).toEqual([index]);
      const classes = imagenet(label);
      expect(classes).toContain(index);
      return classes.length === 1;
    });
    expect(unique.length).toBeGreaterThanOrEqual(995);
  });
});
