import { expect, test } from 'vitest';
import { htmlToText } from '../src/mime-html.ts';

test.each([
  ['<p>one</p><p>two<br>three</p>', '\none\n\ntwo\nthree\n'],
  ['<style>p{}</style>seen<script>x</script>', 'seen'],
  ['&lt;bob@example.net&gt; &amp; &#80;&#x41;&nbsp;&unknown;', '<bob@example.net> & PA &unknown;'],
  ['to <bob@example.net>', 'to <bob@example.net>'],
  ['<b>bob@example.net</b>', 'bob@example.net'],
  ['one\ntwo', 'one\ntwo'], // text that calls itself HTML
  ['<i>one\ntwo</i>', 'one two'],
  ['<!-- hidden --><p', ''],
  ['a < b', 'a '],
])('%s', (html, text) => expect(htmlToText(html)).toBe(text));
