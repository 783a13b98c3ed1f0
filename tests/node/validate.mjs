// Reads an AsyncAPI document from standard input; prints what AsyncAPI's own parser finds, as JSON.
import { text } from 'node:stream/consumers';
import { Parser } from '@asyncapi/parser';

const { document, diagnostics } = await new Parser().parse(await text(process.stdin));
const operations = document?.operations().all() ?? [];
console.log(
  JSON.stringify({
    version: document?.version(),
    operations: operations.map((operation) => ({
      id: operation.id(),
      replyAddress: operation.reply()?.address()?.location(),
      replyMessages: operation.reply()?.messages().all().map((message) => message.name()),
    })),
    // 0 is an error, 1 a warning, 2 and 3 are remarks
    problems: diagnostics.filter((found) => found.severity <= 1).map((found) => `${found.code}: ${found.message}`),
  }),
);
