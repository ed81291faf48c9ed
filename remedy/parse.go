package remedy

import (
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/google/shlex"

	"github.com/sgaudit/sgaudit/inventory"
)

// Line is one line of a file of commands that changes a group.
type Line struct {
	Number int // from 1
	Text   string
	Step   Step
}

var (
	groupForm = regexp.MustCompile(`^sg-[0-9A-Za-z-]+$`)
	awsCall   = regexp.MustCompile(`\baws\s+(--\S+\s+)*ec2\s`)
)

// ParseScript reads the changes of security groups out of a shell script:
// lines such as "aws ec2 revoke-security-group-ingress …", those of a plan or
// others, a backslash at the end joining the next one. Comments, calls that
// only read, and lines that do not call the AWS CLI's ec2 are passed over. A
// call that changes something and is not understood is an error that names
// its line.
func ParseScript(text string) ([]Line, error) {
	var found []Line
	lines := strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	for i := 0; i < len(lines); i++ {
		number, line := i+1, lines[i]
		for strings.HasSuffix(line, `\`) && i+1 < len(lines) {
			i++
			line = strings.TrimSuffix(line, `\`) + " " + lines[i]
		}
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "#") || !awsCall.MatchString(line) {
			continue
		}
		step, changes, err := ParseCommand(line)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", number, err)
		}
		if changes {
			found = append(found, Line{number, line, step})
		}
	}
	return found, nil
}

// ParseCommand reads one command of the AWS CLI that changes a security
// group, with or without the word run of a plan before it. It reports false
// for a command that only reads.
func ParseCommand(line string) (s Step, changes bool, err error) {
	words, err := shlex.Split(line)
	if err != nil {
		return s, false, fmt.Errorf("%q is no line of a shell: %w", line, err)
	}
	at := slices.Index(words, "ec2")
	if at < 1 || at+1 >= len(words) || !slices.Contains(words[:at], "aws") {
		return s, false, fmt.Errorf("%q is no call of aws ec2", line)
	}
	if first := words[0]; first != "aws" && (first != "run" || words[1] != "aws") {
		return s, false, fmt.Errorf("%q: only lines that begin with aws (or run aws) are understood", line)
	}
	verb, rest := words[at+1], words[at+2:]
	if strings.HasPrefix(verb, "describe-") || strings.HasPrefix(verb, "get-") {
		return s, false, nil
	}
	flags, err := parseFlags(append(words[slices.Index(words, "aws")+1:at:at], rest...))
	if err != nil {
		return s, false, fmt.Errorf("%s: %w", verb, err)
	}
	s, err = stepOf(verb, flags)
	if err != nil {
		return s, false, fmt.Errorf("%s: %w", verb, err)
	}
	return s, true, nil
}

// parseFlags collects the values behind each flag.
func parseFlags(words []string) (map[string][]string, error) {
	flags := map[string][]string{}
	name := ""
	for _, w := range words {
		if strings.HasPrefix(w, "--") {
			value, given := "", false
			name, value, given = strings.Cut(w, "=")
			if _, twice := flags[name]; twice {
				return nil, fmt.Errorf("%s is there twice", name)
			}
			flags[name] = []string{}
			if given {
				flags[name] = []string{value}
			}
			continue
		}
		if name == "" {
			return nil, fmt.Errorf("%q stands where a flag is expected", w)
		}
		flags[name] = append(flags[name], w)
	}
	return flags, nil
}

// silent are the flags of the AWS CLI that change nothing of what is done.
var silent = []string{"--dry-run", "--no-dry-run", "--output", "--query", "--no-cli-pager", "--no-paginate", "--profile", "--endpoint-url", "--debug"}

func stepOf(verb string, flags map[string][]string) (Step, error) {
	s := Step{}
	one := func(name string) string {
		if len(flags[name]) == 1 {
			return flags[name][0]
		}
		return ""
	}
	s.Region, s.Group = one("--region"), one("--group-id")
	known := append([]string{"--region", "--group-id"}, silent...)
	switch {
	case verb == "delete-security-group":
		s.Verb = Delete
	case strings.HasPrefix(verb, "authorize-security-group-"), strings.HasPrefix(verb, "revoke-security-group-"):
		word, way, _ := strings.Cut(verb, "-security-group-")
		s.Verb = Verb(word)
		switch way {
		case "ingress":
		case "egress":
			s.Direction = inventory.Egress
		default:
			return s, fmt.Errorf("%q is neither ingress nor egress", way)
		}
		known = append(known, "--ip-permissions", "--protocol", "--port", "--cidr", "--source-group", "--group-owner", "--tag-specifications", "--security-group-rule-ids")
	default:
		return s, fmt.Errorf("only authorize-security-group-…, revoke-security-group-… and delete-security-group are understood")
	}
	for name := range flags {
		if !slices.Contains(known, name) {
			return s, fmt.Errorf("%s is not understood", name)
		}
	}
	if !groupForm.MatchString(s.Group) {
		return s, fmt.Errorf("--group-id %q is no id of a security group", s.Group)
	}
	if s.Verb == Delete {
		return s, nil
	}
	if ids := flags["--security-group-rule-ids"]; len(ids) > 0 && s.Verb == Revoke {
		s.IDs = ids
		return s, nil
	}
	var err error
	if text := one("--ip-permissions"); text != "" {
		s.Rules, err = parsePermissions(text, s.Direction, "")
	} else {
		s.Rules, err = simpleRule(s.Direction, one)
	}
	if err != nil {
		return s, err
	}
	if text := one("--tag-specifications"); text != "" {
		tags, err := parseTags(text)
		if err != nil {
			return s, err
		}
		for i := range s.Rules {
			s.Rules[i].Tags = tags
		}
	}
	return s, nil
}

// simpleRule reads --protocol, --port, --cidr and --source-group.
func simpleRule(d inventory.Direction, one func(string) string) ([]inventory.Rule, error) {
	var from, to *int32
	if text := one("--port"); text != "" && text != "all" && text != "-1" {
		a, b, two := strings.Cut(text, "-")
		if !two {
			b = a
		}
		for _, end := range []struct {
			text string
			to   **int32
		}{{a, &from}, {b, &to}} {
			n, err := strconv.ParseInt(end.text, 10, 32)
			if err != nil {
				return nil, fmt.Errorf("--port %q is neither a port nor a range like 20-25", text)
			}
			port := int32(n)
			*end.to = &port
		}
	}
	if one("--protocol") == "" {
		return nil, fmt.Errorf("neither --ip-permissions nor --protocol says what is meant")
	}
	traffic, err := inventory.NewTraffic(one("--protocol"), from, to)
	if err != nil {
		return nil, err
	}
	r := inventory.Rule{Direction: d, Traffic: traffic}
	switch {
	case one("--source-group") != "":
		r.Peer.Group = &inventory.GroupRef{ID: one("--source-group"), Account: one("--group-owner")}
	case one("--cidr") != "":
		p, err := netip.ParsePrefix(one("--cidr"))
		if err != nil {
			return nil, fmt.Errorf("--cidr %q is no address range", one("--cidr"))
		}
		r.Peer = inventory.PrefixPeer(p)
	default:
		return nil, fmt.Errorf("neither --cidr nor --source-group says from where")
	}
	return []inventory.Rule{r}, nil
}
