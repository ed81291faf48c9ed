package anonymise

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/sgaudit/sgaudit/audit/checks"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/words"
)

// kinds are what ids begin with, the longer before what they begin with.
var kinds = []string{
	"vpcbpa-exclude-", "cvpn-endpoint-", "tgw-attach-", "vpce-svc-", "eipalloc-", "eipassoc-", "subnet-", "rslvr-", "cagw-", "eice-",
	"eigw-", "vpce-", "fsmt-", "eni-", "sgr-", "vpc-", "rtb-", "acl-", "igw-", "nat-", "pcx-", "tgw-", "vgw-", "lgw-", "vpn-", "vae-", "rgw-",
	"lt-", "fl-", "sg-", "pl-", "fs-", "i-", "d-", "b-",
}

const (
	accounts  = "account"
	freeTexts = "text"
)

// names maps each text to its new one. Before assign they only remember what
// comes.
type names struct {
	of       map[string]map[string]string // by kind
	assigned bool
}

func newNames() *names { return &names{of: map[string]map[string]string{}} }

// renamed returns the new name of a text of a kind.
func (n *names) renamed(kind, text string) string {
	if n.assigned {
		return n.of[kind][text]
	}
	if n.of[kind] == nil {
		n.of[kind] = map[string]string{}
	}
	n.of[kind][text] = ""
	return text
}

// assign gives the new names, of each kind in the order of the old ones: what
// comes first still does.
func (n *names) assign() {
	old := map[string]bool{}
	for _, of := range n.of {
		for text := range of {
			old[text] = true
		}
	}
	for kind, of := range n.of {
		texts := make([]string, 0, len(of))
		for text := range of {
			texts = append(texts, text)
		}
		slices.Sort(texts)
		width := len(fmt.Sprint(len(texts)))
		var made []string
		for _, letter := range letters(kind) {
			made = made[:0]
			for i := range texts {
				made = append(made, begins(kind, letter)+fmt.Sprintf("%0*d", digits(kind, width), i+1))
			}
			if !slices.ContainsFunc(made, func(text string) bool { return holds(text, old) }) {
				break
			}
		}
		for i, text := range texts {
			if kind == freeTexts {
				made[i] = dressed(text, made[i])
			}
			of[text] = made[i]
		}
	}
	n.assigned = true
}

func letters(kind string) []string {
	if kind == accounts {
		return []string{"9", "8", "7", "6", "5", "4", "3", "2"}
	}
	return []string{"", "a", "b", "c", "d", "e", "f", "x", "y", "z", "q", "aa", "xa", "qa"}
}

func begins(kind, letter string) string {
	switch kind {
	case accounts:
		return letter
	case freeTexts:
		return cmp.Or(letter, "n")
	}
	return kind + letter
}

func digits(kind string, width int) int {
	if kind == accounts {
		return 11
	}
	return width
}

// holds reports whether a text contains one of others with four bytes or more.
func holds(text string, others map[string]bool) bool {
	for i := range len(text) {
		for j := i + 4; j <= len(text); j++ {
			if others[text[i:j]] {
				return true
			}
		}
	}
	return others[text]
}

// dressed adds to a new name what checks look at in the old one.
func dressed(text, name string) string {
	for _, word := range checks.DecidingWords(text) {
		name += "-" + word
	}
	if strings.HasPrefix(text, checks.LaunchWizard) {
		return checks.LaunchWizard + name
	}
	return name
}

// text is a text of which nothing is known: it may be an id, an account or an
// ARN.
func (n *names) text(text string) string {
	switch {
	case strings.TrimSpace(text) == "", text == "default":
		return text
	case inventory.IsAccountID(text):
		return n.renamed(accounts, text)
	case strings.HasPrefix(text, "arn:"):
		return n.arn(text)
	}
	for _, kind := range kinds {
		if inventory.IsID(kind, text) {
			return n.renamed(kind, text)
		}
	}
	return n.renamed(freeTexts, text)
}

// owner is an account, or a name that AWS has for itself.
func (n *names) owner(text string) string {
	if text == "AWS" || inventory.IsOwner(text) && !inventory.IsAccountID(text) {
		return text
	}
	return n.text(text)
}

// target is where a route leads to.
func (n *names) target(text string) string {
	if text == "local" {
		return text
	}
	return n.text(text)
}

var plainWord = words.Form(`^[A-Za-z][A-Za-z0-9_.-]{0,63}$`)

func isWord(text string) bool { return plainWord().MatchString(text) }

// word is one of AWS's own words, which stays if it looks like one.
func (n *names) word(text string) string {
	if isWord(text) {
		return text
	}
	return n.text(text)
}

var flowFields = words.Form(`^\$\{[a-z0-9-]{1,40}\}( \$\{[a-z0-9-]{1,40}\})*$`)

// fields is the format of a flow log, which stays if it looks like one.
func (n *names) fields(text string) string {
	if flowFields().MatchString(text) {
		return text
	}
	return n.text(text)
}

// kind is the kind of a referrer: a word, or a resource type of AWS. A type that
// another firm registered has its name in it.
func (n *names) kind(text string) string {
	if strings.HasPrefix(text, "AWS::") && inventory.IsConfigType(text) {
		return text
	}
	x := inventory.Referrer{Kind: text}
	if x.ConfigType() != "" && !inventory.IsConfigType(text) {
		return text // a word of the table, of several words
	}
	return n.word(text)
}

// source is who reported a referrer: AWS Config, with the time of the recording.
func (n *names) source(text string) string {
	if at, ok := strings.CutPrefix(text, "AWS Config, recorded "); ok {
		if _, err := time.Parse(time.RFC3339, at); err == nil {
			return text
		}
	}
	return n.text(text)
}

// day is a day in numbers.
func (n *names) day(text string) string {
	if _, err := time.Parse(time.DateOnly, text); err == nil {
		return text
	}
	return n.text(text)
}

// service is the name of a service of an endpoint: of AWS, or of somebody.
func (n *names) service(text string) string {
	begin, id, private := strings.Cut(text, "vpce-svc-")
	switch {
	case private:
		return strings.TrimSuffix(n.word(strings.TrimSuffix(begin, ".")), ".") + "." + n.text("vpce-svc-"+id)
	case strings.HasPrefix(text, "com.amazonaws.") || strings.HasPrefix(text, "aws.") || strings.HasPrefix(text, "cn.com.amazonaws."):
		return n.word(text)
	case slices.Contains([]string{"client-vpn", "verified-access", "instance-connect"}, text):
		return text
	}
	return n.text(text)
}

// arn keeps what kind of thing an ARN names, and its partition, service and
// region.
func (n *names) arn(text string) string {
	parts := strings.SplitN(text, ":", 6)
	if len(parts) < 6 || !isWord(parts[1]) || !isWord(parts[2]) || parts[3] != "" && !inventory.IsRegion(parts[3]) {
		return n.renamed(freeTexts, text)
	}
	parts[4] = n.owner(parts[4])
	words := cutAt(parts[5], "/:")
	first := words[0]
	for i := 0; i < len(words); i += 2 {
		switch {
		case i == 0 && slices.Contains([]string{"loadbalancer", "function", "regional", "attachment", "cluster", "core-network", "task"}, first):
		case i == 2 && (first == "loadbalancer" && slices.Contains([]string{"app", "net", "gwy"}, words[i]) || first == "regional" && words[i] == "webacl"):
		default:
			words[i] = n.text(words[i])
		}
	}
	parts[5] = strings.Join(words, "")
	return strings.Join(parts, ":")
}

// cutAt cuts a text at each of some bytes, which stand between the pieces.
func cutAt(text, separators string) (pieces []string) {
	for {
		at := strings.IndexAny(text, separators)
		if at < 0 {
			return append(pieces, text)
		}
		pieces = append(pieces, text[:at], text[at:at+1])
		text = text[at+1:]
	}
}

var awsKey = words.Form(`^aws:[A-Za-z0-9:_-]+$`)

// tag keeps the keys that AWS gives or that a check reads.
func (n *names) tag(t inventory.Tag) inventory.Tag {
	decides, date := checks.DecidingTag(t)
	if !decides && !inventory.ServiceTag(t.Key) && !awsKey().MatchString(t.Key) {
		t.Key = n.text(t.Key)
	}
	if date != "" {
		t.Value = date
	} else {
		t.Value = n.text(t.Value)
	}
	return t
}
