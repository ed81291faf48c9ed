package change

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// Line is one command of a script that changes a group.
type Line struct {
	Number int // from 1
	Step   Step
}

// ParseScript reads the changes of security groups out of a shell script:
// plain calls such as "aws ec2 revoke-security-group-ingress …", those of a
// plan or others, one after the other. What reads the id of a group into a
// variable that a later call names is a Find. Comments, calls that only read, and
// commands that do not call aws ec2 are passed over, and so is the part of a
// plan that undoes it. A call that changes something and is not
// understood, or that stands where it may run any number of times (in an if, a
// loop, a function, a pipe), is an error that names its line. The steps of a
// plan that Shell wrote are for its account, those of other scripts for none.
func ParseScript(text string) ([]Line, error) {
	statements, _, err := lex(text)
	if err != nil {
		return nil, err
	}
	var found []Line
	var in blocks
	account := accountOf(text)
	known := map[string]bool{}
	for i := range statements {
		s := &statements[i]
		in.enter(s)
		if !s.callsEC2() || in.function == "undo" {
			continue
		}
		step, changes, err := s.step(true)
		if err == nil && changes {
			err = in.check()
			for _, name := range step.names() {
				if step.Verb != Create && !known[name] && err == nil {
					err = fmt.Errorf("no command before it creates %s or reads its id", name)
				}
			}
		}
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", s.line, err)
		}
		if step.Verb == Create || step.Verb == Find {
			known[step.Group] = true
		}
		if changes || step.Verb == Find {
			step.Account = account
			found = append(found, Line{s.line, step})
		}
	}
	return found, nil
}

// ParseChain reads what Chain wrote, or a report of an earlier version: calls
// of aws ec2 joined by &&, on one line, with nothing beside them. Each of the
// steps is understood whole; an option that a step does not keep is an error.
func ParseChain(line string) ([]Step, error) {
	if strings.ContainsFunc(line, unicode.IsControl) {
		return nil, fmt.Errorf("%s holds a control character or a line break", show(line))
	}
	statements, comments, err := lex(line)
	if err != nil {
		return nil, err
	}
	if len(statements) == 0 || comments > 0 {
		return nil, fmt.Errorf("%s is not a command, or more than that", show(line))
	}
	var steps []Step
	for i := range statements {
		if i > 0 && !statements[i].chain {
			return nil, fmt.Errorf("%s: commands are joined by &&", show(line))
		}
		step, _, err := statements[i].step(false)
		if err != nil {
			return nil, err
		}
		steps = append(steps, step)
	}
	return steps, nil
}

// callsEC2 reports whether the statement, or something in it, calls aws ec2, or
// hides by a variable whether it does.
func (s *statement) callsEC2() bool {
	fields := s.words
	if s.odd != "" {
		fields = append(slices.Clone(fields), strings.FieldsFunc(s.text, func(r rune) bool { return strings.ContainsRune(" \t\n\"'`$()|&<>{};", r) })...)
	}
	at := slices.Index(fields, "aws")
	if s.odd != "" && (at >= 0 || strings.HasPrefix(strings.TrimLeft(s.text, `"`), "$")) && slices.ContainsFunc(fields, isOperation) {
		return true
	}
	return at >= 0 && slices.Contains(fields[at:], "ec2") || len(s.words) > 0 && strings.Contains(strings.Join(s.words, " "), "aws ec2 ")
}

// isOperation reports whether a word is an operation that changes security
// groups or those of an interface.
func isOperation(word string) bool {
	switch word {
	case "create-security-group", "delete-security-group", "modify-network-interface-attribute", "modify-security-group-rules":
		return true
	}
	return strings.HasPrefix(word, "authorize-security-group-") || strings.HasPrefix(word, "revoke-security-group-")
}

// step reads the statement as a call of aws ec2. With loose, options that
// change nothing of what is done may stand beside it.
func (s *statement) step(loose bool) (step Step, changes bool, err error) {
	words := s.words
	at := slices.Index(words, "ec2")
	if at < 1 || at+1 >= len(words) || !slices.Contains(words[:at], "aws") {
		if s.odd != "" {
			return step, false, s.refused()
		}
		return step, false, fmt.Errorf("%s is not a call of aws ec2", show(s.text))
	}
	operation := words[at+1]
	reads := strings.HasPrefix(operation, "describe-") || strings.HasPrefix(operation, "get-")
	if reads && loose {
		if s.sets != "" && s.odd == "" {
			if found, err := s.plain(words, at, operation, loose); err == nil {
				return found, false, nil
			}
		}
		return step, false, nil
	}
	if s.odd != "" {
		return step, false, s.refused()
	}
	step, err = s.plain(words, at, operation, loose)
	return step, step.Verb.Changes(), err
}

// plain reads a statement of plain words, of which the one at a place is "ec2".
func (s *statement) plain(words []string, at int, operation string, loose bool) (step Step, err error) {
	if words[0] == "run" {
		words, at = words[1:], at-1
	}
	if words[0] != "aws" {
		return step, fmt.Errorf("%s: only lines that begin with aws (or run aws) are understood", show(s.text))
	}
	given, err := parseOptions(append(words[1:at:at], words[at+2:]...))
	if err == nil {
		step, err = given.step(operation, s.sets, loose)
	}
	if err == nil {
		err = step.Check()
	}
	if err != nil {
		return step, fmt.Errorf("%s: %w", operation, err)
	}
	return step, nil
}

func (s *statement) refused() error {
	return fmt.Errorf("%s: only plain calls are understood, and this one has %s", show(s.text), s.odd)
}

// blocks follows a script into functions, conditions and loops.
type blocks struct {
	depth    int
	function string // the outermost function
	within   string // the outermost other block
}

func (b *blocks) enter(s *statement) {
	name, rest, isFunction := strings.Cut(s.text, "()")
	first, _, _ := strings.Cut(s.text, " ")
	switch {
	case isFunction && strings.TrimSpace(rest) == "{" && !strings.ContainsAny(strings.TrimSpace(name), " \t'\"$"):
		if b.depth == 0 {
			b.function = strings.TrimSpace(name)
		}
		b.depth++
	case slices.Contains([]string{"if", "for", "while", "until", "case", "{", "("}, first):
		if b.depth == 0 || b.depth == 1 && b.function != "" && b.within == "" {
			b.within = first
		}
		b.depth++
	case slices.Contains([]string{"fi", "done", "esac", "}", ")"}, first) && b.depth > 0:
		b.depth--
		if b.depth == 0 {
			b.function, b.within = "", ""
		} else if b.depth == 1 && b.function != "" {
			b.within = ""
		}
	}
	if first != "{" && s.odd != "" && slices.Contains(strings.Fields(s.text)[1:], "{") && !isFunction {
		b.depth++ // … || {
	}
}

// check says why a change cannot stand here.
func (b *blocks) check() error {
	switch {
	case b.depth == 0, b.depth == 1 && b.function == "plan":
		return nil
	case b.within != "":
		return fmt.Errorf("the change stands inside %s, and how often it runs is not known", show(b.within))
	}
	return fmt.Errorf("the change stands inside the function %s, and how often it runs is not known", show(b.function))
}
