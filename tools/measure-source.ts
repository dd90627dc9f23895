import ts from 'typescript';

/** What one file counts; lines are lines of text, blank ones included. */
export interface SourceSize {
  readonly lines: number;
  readonly blankLines: number;
  readonly commentLines: number;
  /** Lines of each named function: declarations, methods, and functions that are the value of a name. */
  readonly functionLines: readonly number[];
  /** Uses of the type `any`. */
  readonly anys: number;
  /** Calls of `vi.mock` and `vi.doMock`. */
  readonly moduleMocks: number;
  /** Calls of `test` and `it`, also as `test.each(...)(...)`, `test.for`, `test.skip`... */
  readonly cases: number;
}

/**
 * Measures one TypeScript file by its syntax alone (no types are resolved).
 *
 * @param path - Only its ending matters: `.tsx` is read as JSX.
 */
export function measureSource(path: string, text: string): SourceSize {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const lineOf = (position: number): number => file.getLineAndCharacterOfPosition(position).line;
  const commentLines = new Set<number>();
  const functionLines: number[] = [];
  let anys = 0;
  let moduleMocks = 0;
  let cases = 0;

  const visit = (node: ts.Node): void => {
    for (const comment of commentsBefore(node, text)) {
      for (let line = lineOf(comment.pos); line <= lineOf(comment.end); line++) {
        commentLines.add(line);
      }
    }
    if (isNamedFunction(node)) {
      functionLines.push(lineOf(node.end) - lineOf(node.getStart(file)) + 1);
    }
    if (node.kind === ts.SyntaxKind.AnyKeyword) {
      anys++;
    }
    if (ts.isCallExpression(node)) {
      const callee = node.expression.getText(file);
      moduleMocks += /^vi\.(do)?mock$/.test(callee) ? 1 : 0;
      cases +=
        /^(test|it)(\.(only|skip|concurrent|fails))*$/.test(callee) || /^(test|it)\.(each|for)\(/.test(callee) ? 1 : 0;
    }
    // getChildren, not forEachChild: a comment can stand before a brace, which only the former visits.
    node.getChildren(file).forEach(visit);
  };
  visit(file);

  const allLines = text.replace(/\n$/, '').split('\n');
  return {
    lines: allLines.length,
    blankLines: allLines.filter((line) => line.trim() === '').length,
    commentLines: commentLines.size,
    functionLines,
    anys,
    moduleMocks,
    cases,
  };
}

function commentsBefore(node: ts.Node, text: string): ts.CommentRange[] {
  const isText = node.kind === ts.SyntaxKind.JsxText;
  return isText ? [] : [...(ts.getLeadingCommentRanges(text, node.pos) ?? []), ...trailingComments(node, text)];
}

/** A comment at the end of a line belongs to the token before it; before JSX text it would be text. */
function trailingComments(node: ts.Node, text: string): ts.CommentRange[] {
  const endsTag = node.kind === ts.SyntaxKind.GreaterThanToken || ts.isJsxExpression(node);
  return endsTag || node.getChildCount() > 0 ? [] : (ts.getTrailingCommentRanges(text, node.end) ?? []);
}

/** Callbacks written in place are part of the function around them: counting them would hide how long that one is. */
function isNamedFunction(node: ts.Node): boolean {
  if (ts.isFunctionDeclaration(node) || ts.isMethodDeclaration(node) || ts.isAccessor(node)) {
    return node.body !== undefined;
  }
  const isValue = ts.isArrowFunction(node) || ts.isFunctionExpression(node);
  return isValue && (ts.isVariableDeclaration(node.parent) || ts.isPropertyDeclaration(node.parent));
}
