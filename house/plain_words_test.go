package house_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// A forbiddenWord is a regular expression, and what to write instead of what it matches.
type forbiddenWord struct{ pattern, why string }

// forbidden are words that no text for users contains, each with the reason and
// what to write instead. docs/glossary.md has the words that sgaudit uses.
var forbidden = []forbiddenWord{
	{`(?i)\bcarr(y|ies|ied|ying)\b( [^.;:]{0,40}?\bout\b)?`, "a group is attached to an interface"},
	{`(?i)\bwhose\b`, "write two sentences, or of which, with or of"},
	{`(?i)\bwho wants\b`, "say who, or use the imperative"},
	{`(?i)\bfor want of\b`, "because ... is missing"},
	{`(?i)\blies about\b`, "is not attached"},
	{`(?i)\briddles?\b`, "say what is unclear"},
	{`(?i)\bon nothing\b`, "is not attached"},
	{`(?i)\btell(s|ing)?\b`, "report, print, say or show"},
	{`(?i)\btold\b`, "reported, printed, said or shown"},
	{`(?i)\b\w+ (is|are) no\b( longer\b| more\b)?`, "is not"},
	{`(?i)\bnobody can\b`, "say what is unknown, and why"},
	{`(?i)\bleft to people\b`, "needs a manual decision"},
	{`(?i)\btakes? (it |the plan )?back\b`, "undo"},
	{`(?i)\bthe caller may not\b`, "access denied"},
	{`(?i)\bran out\b`, "expired"},
	{`(?i)\bknows better\b`, "say what was configured"},
	{`(?i)\boutlive`, "is past its expiry date, or exists longer than"},
	{`(?i)\bkept? in (force|use) by nobody\b`, "unused"},
	{`(?i)\blets? (the internet )?in\b`, "allows traffic from"},
	{`(?i)\baround the (bastion|load balancer)\b`, "bypasses"},
	{`(?i)\bseldom\b`, "rarely"},
	{`(?i)\bfor good\b`, "permanently, or without an end date"},
	{`(?i)\bshuts? \w+ out\b`, "blocks"},
}

// forbiddenInComments are words that no comment contains, beside those above. A text
// for users may have a reason for them; a comment can always be written without.
var forbiddenInComments = []forbiddenWord{
	{`(?i)\bnobody\b`, "say which user, caller or code"},
	{`(?i)\bwhoever\b`, "say which code"},
	{`(?i)\bwho (may|has)\b`, "say which account, user or caller"},
	{`(?i)\bto be had\b`, "say what is available or known"},
	{`(?i)\bspeaks? (of|for)\b`, "name, or match"},
	{`(?i)\b(is|are) to be\b`, "must be, or will be"},
	{`(?i)\btak(e|es|ing|en) back\b`, "undo"},
}

// allowed are the uses of such words that stay: "carry out" is what one does with
// a plan, and "there is no" says that something does not exist.
var allowed = regexp.MustCompile(`(?i)^(there (is|are) no|.* no (longer|more)|carr.* out)$`)

var patterns = compiled(forbidden)

func compiled(words []forbiddenWord) []*regexp.Regexp {
	list := make([]*regexp.Regexp, len(words))
	for i, w := range words {
		list[i] = regexp.MustCompile(w.pattern)
	}
	return list
}

// TestPlainWords looks for words that an engineer has to read twice in every text
// for users: the strings of the program, the pages of the checks, README and docs.
func TestPlainWords(t *testing.T) {
	root := os.DirFS("..")
	err := fs.WalkDir(root, ".", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir():
			switch {
			case path != "." && strings.HasPrefix(d.Name(), "."), d.Name() == "testdata", path == "bench", path == "house", path == "facts", path == "tools", path == "scripts", strings.HasPrefix(path, "fixtures"):
				return fs.SkipDir
			}
			return nil
		case strings.HasSuffix(path, "_test.go") || path == "CHANGELOG.md" || path == "CONTRIBUTING.md" || path == "docs/performance.md":
			return nil
		case strings.HasSuffix(path, ".go"):
			return stringsOf(filepath.Join("..", path), func(line int, text string) { plain(t, path, line, text, patterns, forbidden) })
		case strings.HasSuffix(path, ".md"):
			text, err := os.ReadFile(filepath.Join("..", path))
			for i, line := range strings.Split(string(text), "\n") {
				plain(t, path, i+1, line, patterns, forbidden)
			}
			return err
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestPlainComments looks for the same words, and for some more, in the comments of
// every Go file, those of tests included.
func TestPlainComments(t *testing.T) {
	words := append(slices.Clone(forbidden), forbiddenInComments...)
	patterns := compiled(words)
	files := 0
	err := fs.WalkDir(os.DirFS(".."), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if path != "." && strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata" {
				return fs.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(path, ".go") {
			return nil
		}
		files++
		return commentsOf(filepath.Join("..", path), func(line int, text string) { plain(t, path, line, text, patterns, words) })
	})
	if err != nil {
		t.Fatal(err)
	}
	if files < 500 {
		t.Errorf("only %d files", files)
	}
}

// plain reports the forbidden words of a text.
func plain(t *testing.T, path string, line int, text string, patterns []*regexp.Regexp, words []forbiddenWord) {
	for i, p := range patterns {
		for _, found := range p.FindAllString(text, -1) {
			if !allowed.MatchString(found) {
				t.Errorf("%s:%d: %q in %q: %s", path, line, found, text, words[i].why)
			}
		}
	}
}

// commentsOf calls f for every paragraph of the comments of a Go file, each on one
// line, without directives of the compiler.
func commentsOf(file string, f func(line int, text string)) error {
	set := token.NewFileSet()
	parsed, err := parser.ParseFile(set, file, nil, parser.ParseComments)
	if err != nil {
		return err
	}
	for _, group := range parsed.Comments {
		for _, paragraph := range strings.Split(group.Text(), "\n\n") {
			f(set.Position(group.Pos()).Line, strings.Join(strings.Fields(paragraph), " "))
		}
	}
	return nil
}

// stringsOf calls f for every string of a Go file, without its imports and the
// tags of its fields.
func stringsOf(file string, f func(line int, text string)) error {
	set := token.NewFileSet()
	parsed, err := parser.ParseFile(set, file, nil, 0)
	if err != nil {
		return err
	}
	ast.Inspect(parsed, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.ImportSpec:
			return false
		case *ast.Field:
			n.Tag = nil
		case *ast.BasicLit:
			if text, err := strconv.Unquote(n.Value); n.Kind == token.STRING && err == nil {
				f(set.Position(n.Pos()).Line, text)
			}
		}
		return true
	})
	return nil
}

// TestForbiddenWordsAreFound makes sure that the patterns match what they are
// for.
func TestForbiddenWordsAreFound(t *testing.T) {
	for _, text := range []string{
		"no network interface carries sg-1", "the group is carried by eni-1", "that carries the group", "an interface whose group", "for whoever", "who wants it",
		"Left to people", "tells of it", "it was told", "this is no snapshot", "the caller may not: ec2:X", "lets the internet in", "around the bastion of vpc-1",
	} {
		found := false
		for _, p := range patterns {
			found = found || p.MatchString(text)
		}
		if found == (text == "for whoever") {
			t.Errorf("%q: found %v", text, found)
		}
	}
}
