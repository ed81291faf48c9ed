package inventory

import (
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// walked is the rule of the table in its plainest form: every row is weighed,
// and the first of the heaviest wins.
func walked(list []service, i *Interface) *service {
	var best *service
	most := 0
	for k := range list {
		if found := weighed(&list[k], i); found > most {
			best, most = &list[k], found
		}
	}
	return best
}

func weighed(s *service, i *Interface) (found int) {
	if slices.Contains(s.types, i.Type) {
		found += 4
	}
	if slices.ContainsFunc(s.requesters, func(pattern string) bool {
		part := strings.Trim(pattern, "*")
		if part != pattern {
			return strings.Contains(i.Requester, part) || strings.Contains(i.AttachedBy, part)
		}
		return pattern == i.Requester || pattern == i.AttachedBy
	}) {
		found += 2
	}
	if (!s.vague || i.Managed || i.AttachedBy != "" && i.AttachedBy != i.Account) && told(s, i.Description) {
		found++
	}
	return found
}

var taskARN = regexp.MustCompile(`^arn:[^:]*:ecs:[^:]*:[^:]*:attachment/`)

func told(s *service, description string) bool {
	here := func(at int, word string) bool {
		return at+len(word) <= len(description) && strings.EqualFold(description[at:at+len(word)], word)
	}
	for _, word := range s.descriptions {
		if here(0, word) {
			return true
		}
	}
	for _, word := range s.words {
		for at := range len(description) {
			if here(at, word) {
				return true
			}
		}
	}
	return s.form != nil && taskARN.MatchString(description)
}

// vocabulary is the texts of the table, and what is nearly that.
type vocabulary struct {
	rng                             *rand.Rand
	types, requesters, descriptions []string
	tags                            []Tag
}

func newVocabulary(rng *rand.Rand) *vocabulary {
	v := &vocabulary{
		rng:        rng,
		types:      slices.Concat(plainTypes, []string{"load_balancer", "some_new_type"}),
		requesters: []string{account, "amazon-aws", "AROAEXAMPLE:" + account},
		descriptions: []string{
			"spare", "arn:aws:ecs:eu-west-1:111122223333:attachment/1", "arn:aws:ec2:eu-west-1:111122223333:attachment/1",
			"arn::ecs:::attachment/", "arn:aws:ecs:eu-west-1:attachment/1", "arn:aws:ecs:::cluster:attachment/1", "arn:", "arn:a:ecs\u212a:::attachment/",
		},
		tags: []Tag{{"Name", "x"}, {"aws:ecs:serviceNam", "x"}},
	}
	for k := range services.list {
		s := &services.list[k]
		v.types = append(v.types, s.types...)
		for _, pattern := range s.requesters {
			v.requesters = append(v.requesters, strings.ReplaceAll(pattern, "*", ""))
		}
		v.descriptions = append(append(v.descriptions, s.descriptions...), s.words...)
		for _, key := range s.nameTags {
			v.tags = append(v.tags, Tag{key, "named"})
		}
	}
	for _, t := range taggedServices {
		v.tags = append(v.tags, Tag{t.key, "tagged"})
	}
	return v
}

// word picks one, mostly as it stands: else nothing, a byte short, a byte
// changed, or with something around it.
func (v *vocabulary) word(list []string) string {
	word := list[v.rng.IntN(len(list))]
	switch v.rng.IntN(12) {
	case 0, 1:
		return ""
	case 2:
		return word[:max(0, len(word)-1)]
	case 3:
		if word != "" {
			at := v.rng.IntN(len(word))
			return word[:at] + string(word[at]^byte(1<<v.rng.IntN(8))) + word[at+1:]
		}
	case 4:
		return "x" + word + ":1"
	}
	return word
}

// description puts one or two words into any case of letters, the letters
// that only Unicode folds into ASCII among them.
func (v *vocabulary) description() string {
	text := v.word(v.descriptions)
	if v.rng.IntN(4) == 0 {
		text += v.word(v.descriptions)
	}
	switch v.rng.IntN(6) {
	case 0:
		return strings.ToUpper(text)
	case 1:
		return strings.ToLower(text)
	case 2:
		return strings.Map(func(r rune) rune {
			if v.rng.IntN(2) == 0 && 'A' <= r&^0x20 && r&^0x20 <= 'Z' {
				return r ^ 0x20
			}
			return r
		}, text)
	case 3:
		return strings.NewReplacer("k", "\u212a", "s", "\u017f").Replace(text)
	}
	return text
}

func (v *vocabulary) networkInterface() *Interface {
	i := &Interface{Account: account, Type: v.word(v.types), Managed: v.rng.IntN(2) == 0, Status: []string{"available", "in-use"}[v.rng.IntN(2)]}
	if v.rng.IntN(2) == 0 {
		i.Type = "interface"
	}
	if v.rng.IntN(2) == 0 {
		i.Requester = v.word(v.requesters)
	}
	if v.rng.IntN(2) == 0 {
		i.AttachedBy = v.word(v.requesters)
	}
	if v.rng.IntN(4) > 0 {
		i.Description = v.description()
	}
	if v.rng.IntN(10) == 0 {
		i.Operator = "lambda.amazonaws.com"
	}
	for range v.rng.IntN(3) {
		i.Tags = append(i.Tags, v.tags[v.rng.IntN(len(v.tags))])
	}
	return i
}

// TestServiceIsThatOfTheWalk finds the row that the walk finds, whatever
// stands on the interface, and every row is found.
func TestServiceIsThatOfTheWalk(t *testing.T) {
	v := newVocabulary(rand.New(rand.NewPCG(1, 1)))
	seen := map[*service]int{}
	for range 200000 {
		i := v.networkInterface()
		want := walked(services.list, i)
		seen[want]++
		if got := services.service(i); got != want {
			t.Fatalf("%+v is of %v, the walk says %v", i, got, want)
		}
		owner := Owner{Kind: i.unknown()}
		switch {
		case i.Operator != "":
			owner = Owner{Kind: "function"}
			if want != nil {
				owner.Name = want.nameOf(i)
			}
		case want != nil:
			owner = Owner{want.kind, want.nameOf(i)}
		default:
			for _, s := range slices.Backward(taggedServices) {
				if value, ok := TagValue(i.Tags, s.key); ok {
					owner = Owner{s.kind, value}
				}
			}
		}
		if got := i.Owner(); got != owner {
			t.Fatalf("the owner of %+v is %v, the walk says %v", i, got, owner)
		}
	}
	for k := range services.list {
		if seen[&services.list[k]] < 100 {
			t.Errorf("%s was found %d times: it is hardly tested", services.list[k].kind, seen[&services.list[k]])
		}
	}
	if seen[nil] < 10000 {
		t.Errorf("nothing was found %d times: it is hardly tested", seen[nil])
	}
}

// TestTableSharesItsWords asks a table in which rows share types and
// requesters, which the one of services does not yet.
func TestTableSharesItsWords(t *testing.T) {
	list := []service{
		{kind: "a", types: []string{"x"}, descriptions: []string{"one"}},
		{kind: "b", types: []string{"x"}, requesters: []string{"*half*", "whole"}},
		{kind: "c", types: []string{"x", "y"}, requesters: []string{"whole"}, words: []string{"two"}},
		{kind: "d", requesters: []string{"whole"}, words: []string{"one"}, vague: true},
		{kind: "e", requesters: []string{"*half*"}, descriptions: []string{"two"}},
	}
	table := newTable(list)
	for _, kind := range []string{"", "x", "y", "z"} {
		for _, requester := range []string{"", "whole", "half", "by half"} {
			for _, owner := range []string{"", "whole", "halves"} {
				for _, description := range []string{"", "One", "Two", "three two", "one two", "None"} {
					i := &Interface{Type: kind, Requester: requester, AttachedBy: owner, Description: description}
					if got, want := table.service(i), walked(list, i); got != want {
						t.Errorf("%+v is of %v, the walk says %v", i, got, want)
					}
				}
			}
		}
	}
	if got := newTable(list[:1]).service(&Interface{Type: "z"}); got != nil {
		t.Errorf("the only row was found without evidence: %v", got)
	}
}
