package change

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/sgaudit/sgaudit/inventory"
)

// options are the options of a call, without the hyphens, and their values.
type options map[string][]string

// parseOptions collects the values behind each option. Those of
// --cli-input-json stand beside the others, in the same form.
func parseOptions(words []string) (options, error) {
	o := options{}
	name := ""
	for _, w := range words {
		if strings.HasPrefix(w, "--") {
			value, given := "", false
			name, value, given = strings.Cut(w[2:], "=")
			if _, twice := o[name]; twice {
				return nil, fmt.Errorf("--%s is there twice", name)
			}
			o[name] = []string{}
			if given {
				o[name] = []string{value}
			}
			continue
		}
		if name == "" {
			return nil, fmt.Errorf("%s stands where an option is expected", show(w))
		}
		o[name] = append(o[name], w)
	}
	text, given := o["cli-input-json"]
	if !given {
		return o, nil
	}
	delete(o, "cli-input-json")
	if len(text) != 1 {
		return nil, errors.New("--cli-input-json takes one value")
	}
	var input map[string]json.RawMessage
	if err := strict(text[0], &input); err != nil {
		return nil, fmt.Errorf("--cli-input-json must be a JSON object: %w", err)
	}
	for key, value := range input {
		name := kebab(key)
		if _, twice := o[name]; twice {
			return nil, fmt.Errorf("--%s is there twice, in --cli-input-json too", name)
		}
		o[name] = valuesOf(value)
	}
	return o, nil
}

// kebab makes an option of a parameter's name: VpcId is --vpc-id.
func kebab(name string) string {
	var out strings.Builder
	for i, c := range name {
		if unicode.IsUpper(c) && i > 0 {
			out.WriteByte('-')
		}
		out.WriteRune(unicode.ToLower(c))
	}
	return out.String()
}

// valuesOf gives a value of JSON as words: a text, a list of texts, or the
// JSON itself.
func valuesOf(value json.RawMessage) []string {
	var text string
	if json.Unmarshal(value, &text) == nil {
		return []string{text}
	}
	var list []string
	if json.Unmarshal(value, &list) == nil {
		return list
	}
	return []string{string(value)}
}

// silent are the options of the AWS CLI that change nothing of what is done,
// with the number of their values.
var silent = map[string]int{
	"dry-run": 0, "no-dry-run": 0, "no-cli-pager": 0, "no-paginate": 0, "debug": 0, "no-verify-ssl": 0,
	"output": 1, "query": 1, "profile": 1, "endpoint-url": 1, "color": 1,
}

// take returns the one value of an option, or nothing where it is not given,
// and notes that it was understood.
func (o options) take(name string, err *error) string {
	values, given := o[name]
	delete(o, name)
	if !given {
		return ""
	}
	if len(values) != 1 || values[0] == "" {
		*err = errors.Join(*err, fmt.Errorf("--%s takes one value", name))
		return ""
	}
	return values[0]
}

// step reads a call by its operation. Options that are not understood are
// errors; with loose, those that change nothing are passed over.
func (o options) step(operation, sets string, loose bool) (s Step, err error) {
	s.Region = o.take("region", &err)
	way := ""
	for _, verb := range []Verb{Authorize, Revoke} {
		if rest, found := strings.CutPrefix(operation, string(verb)+"-security-group-"); found {
			s.Verb, way = verb, rest
		}
	}
	takes := s.Verb == Authorize || s.Verb == Revoke
	switch {
	case takes:
		s.Group = o.take("group-id", &err)
		if direction, wrong := parseDirection(way); wrong != nil {
			return s, wrong
		} else {
			s.Direction = direction
		}
		err = errors.Join(err, o.rules(&s))
	case operation == "delete-security-group":
		s.Verb, s.Group = Delete, o.take("group-id", &err)
	case operation == "modify-network-interface-attribute":
		s.Verb, s.Interface, s.Groups = SetGroups, o.take("network-interface-id", &err), o["groups"]
		delete(o, "groups")
	case operation == "create-security-group":
		err = errors.Join(err, o.create(&s, sets))
		sets = ""
	case operation == "describe-security-group-rules":
		s.Verb, s.Group = LookUp, strings.TrimPrefix(o.take("filters", &err), "Name=group-id,Values=")
	case operation == "describe-security-groups":
		err = errors.Join(err, o.find(&s, sets))
		sets = ""
	default:
		return s, errors.New("only authorize-security-group-…, revoke-security-group-…, create-security-group, delete-security-group and modify-network-interface-attribute are understood")
	}
	if given := s.Group + s.Interface; given == "" && err == nil {
		err = errors.New("no id says which group is meant")
	}
	if sets != "" {
		err = errors.Join(err, fmt.Errorf("it prints no id for %s", sets))
	}
	return s, errors.Join(err, o.rest(loose))
}

// rest says which options are left that are not understood.
func (o options) rest(loose bool) error {
	var left []string
	for name, values := range o {
		count, known := silent[name]
		switch {
		case !known || !loose:
			left = append(left, "--"+name+" is not understood")
		case len(values) != count:
			left = append(left, fmt.Sprintf("--%s takes %d values, not %d", name, count, len(values)))
		}
	}
	slices.Sort(left)
	if len(left) == 0 {
		return nil
	}
	return errors.New(left[0])
}

// create reads the details of a group to be created.
func (o options) create(s *Step, sets string) (err error) {
	if sets == "" {
		sets = "group"
	}
	s.Verb, s.Group = Create, "$"+sets
	g := &inventory.Group{Name: o.take("group-name", &err), Description: o.take("description", &err), VPC: o.take("vpc-id", &err)}
	s.Details = g
	if text := o.take("tag-specifications", &err); text != "" {
		tags, wrong := parseTags(text, "security-group")
		g.Tags, err = tags, errors.Join(err, wrong)
	}
	return errors.Join(err, o.expect("query", "GroupId"), o.expect("output", "text"))
}

// find reads how a group is found by its name.
func (o options) find(s *Step, sets string) (err error) {
	s.Verb, s.Group, s.Details = Find, "$"+sets, &inventory.Group{}
	var filters []struct {
		Name   string
		Values []string
	}
	if wrong := strict(o.take("filters", &err), &filters); wrong != nil {
		return errors.Join(err, fmt.Errorf("filters: %w", wrong))
	}
	for _, f := range filters {
		if len(f.Values) != 1 {
			return errors.Join(err, errors.New("each filter has one value"))
		}
		switch f.Name {
		case "group-name":
			s.Details.Name = plain(f.Values[0])
		case "vpc-id":
			s.Details.VPC = f.Values[0]
		default:
			return errors.Join(err, fmt.Errorf("the filter %s is not understood", show(f.Name)))
		}
	}
	return errors.Join(err, o.expect("query", "SecurityGroups[0].GroupId"), o.expect("output", "text"))
}

// plain takes the backslashes away that stand before wildcards.
func plain(pattern string) string {
	return strings.NewReplacer(`\\`, `\`, `\*`, "*", `\?`, "?").Replace(pattern)
}

// expect takes an option that may have one value alone.
func (o options) expect(name, value string) (err error) {
	if got := o.take(name, &err); err == nil && got != "" && got != value {
		return fmt.Errorf("--%s is %s, and %q is understood", name, show(got), value)
	}
	return err
}

// rules reads what an authorization or revocation is about.
func (o options) rules(s *Step) (err error) {
	if ids, given := o["security-group-rule-ids"]; given && s.Verb == Revoke {
		s.IDs = ids
		delete(o, "security-group-rule-ids")
		return nil
	}
	if text := o.take("ip-permissions", &err); text != "" {
		s.Rules, err = parsePermissions(text, s.Direction)
	} else if err == nil {
		s.Rules, err = o.simpleRule(s.Direction)
	}
	if text := o.take("tag-specifications", &err); text != "" && err == nil {
		var tags []inventory.Tag
		tags, err = parseTags(text, "security-group-rule")
		for i := range s.Rules {
			s.Rules[i].Tags = tags
		}
	}
	return err
}

// simpleRule reads --protocol, --port, --cidr and --source-group.
func (o options) simpleRule(d inventory.Direction) (rules []inventory.Rule, err error) {
	protocol, port := o.take("protocol", &err), o.take("port", &err)
	cidr, group, owner := o.take("cidr", &err), o.take("source-group", &err), o.take("group-owner", &err)
	if err != nil {
		return nil, err
	}
	if protocol == "" {
		return nil, errors.New("neither --ip-permissions nor --protocol says what is meant")
	}
	from, to, err := parsePorts(port)
	if err != nil {
		return nil, err
	}
	r := inventory.Rule{Direction: d}
	if r.Traffic, err = traffic(protocol, from, to); err != nil {
		return nil, err
	}
	switch {
	case group != "" && cidr != "":
		return nil, errors.New("--cidr and --source-group both say from where")
	case group != "":
		r.Peer.Group = &inventory.GroupRef{ID: group, Account: owner}
	case cidr != "" && owner == "":
		if r.Peer, err = parsePrefix(cidr); err != nil {
			return nil, fmt.Errorf("--cidr %w", err)
		}
	default:
		return nil, errors.New("neither --cidr nor --source-group says from where")
	}
	return []inventory.Rule{r}, nil
}

// traffic is inventory.NewTraffic for what a person or a program wrote: a port
// or type that does not exist is an error. NewTraffic takes it for all of them.
func traffic(protocol string, from, to *int32) (inventory.Traffic, error) {
	t, err := inventory.NewTraffic(protocol, from, to)
	if err != nil {
		return t, err
	}
	last := int32(255)
	switch {
	case t.HasPorts():
		last = inventory.MaxPort
		if from != nil && to != nil && (*from == -1) != (*to == -1) {
			return t, fmt.Errorf("ports %d to %d are not a range", *from, *to)
		}
	case t.Protocol != inventory.ICMP && t.Protocol != inventory.ICMPv6:
		return t, nil
	}
	for _, end := range []*int32{from, to} {
		if end != nil && (*end < -1 || *end > last) {
			return t, fmt.Errorf("%d is not a number from 0 to %d", *end, last)
		}
	}
	return t, nil
}

func parsePorts(text string) (from, to *int32, err error) {
	if text == "" || text == "all" || text == "-1" {
		return nil, nil, nil
	}
	first, last, two := strings.Cut(text, "-")
	if !two {
		last = first
	}
	a, errA := strconv.ParseInt(first, 10, 32)
	b, errB := strconv.ParseInt(last, 10, 32)
	if errA != nil || errB != nil {
		return nil, nil, fmt.Errorf("--port %s is neither a port nor a range like 20-25", show(text))
	}
	low, high := int32(a), int32(b)
	return &low, &high, nil
}
