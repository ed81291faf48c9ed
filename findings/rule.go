package findings

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"unicode/utf8"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/sgaudit/sgaudit/inventory"
)

// Rule is the rule that a finding is about: the value of the inventory, and
// texts only where the report is written (Texts) or read.
type Rule struct {
	// Of a report that was read this has what the report says of a rule. It is
	// never nil; where a text is not understood (Err), it has the ids and the
	// description alone.
	*inventory.Rule

	// Family is "ipv4" or "ipv6" where the peer holds addresses of one version
	// of IP alone, as the entries of a prefix list show, where they were read.
	Family string

	// PeerName is the name of the group or the prefix list that is the source (of
	// egress rules the destination), where it is known.
	PeerName string

	// Written are the texts of a report that was read, where this version would
	// write others, or does not understand them; else nil.
	Written *RuleText
	err     error
	text    string // what String returns; empty until it is known
}

// RuleText is a rule as reports write it.
type RuleText struct {
	Direction   string   `json:"direction"` // ingress or egress
	Protocol    string   `json:"protocol"`  // tcp, udp, icmp, icmpv6, all or a number
	Ports       string   `json:"ports"`     // 22, 20-25, all, <type>/<code>
	Source      string   `json:"source"`    // a prefix, sg-... or pl-...; of egress rules the destination
	SourceName  string   `json:"source_name,omitempty"`
	RuleIDs     []string `json:"rule_ids"` // empty where they were not read
	Description string   `json:"description"`
}

// Texts returns the rule as reports write it, with texts for a Rule that is nil
// or empty left out.
func (r *Rule) Texts() RuleText {
	switch {
	case r == nil || r.Rule == nil && r.Written == nil:
		return RuleText{}
	case r.Written != nil:
		return *r.Written
	}
	// The identity is all of the texts: parts of it take no memory.
	_, text, _ := strings.Cut(r.String(), " ")
	traffic, source, _ := strings.Cut(text, " ")
	protocol, ports, _ := strings.Cut(traffic, "/")
	return RuleText{
		Direction: r.Direction.String(), Protocol: protocol, Ports: cmp.Or(ports, "all"), Source: source, SourceName: r.PeerName,
		RuleIDs: orEmpty(r.IDs), Description: r.Description,
	}
}

// RuleOf returns the rule of an inventory for a finding about it.
func RuleOf(r *inventory.Rule, family string) *Rule {
	return &Rule{Rule: r, Family: family, text: r.String()}
}

// Named returns the rule with the name of its source before the id: "in tcp/22
// shop-bastion (sg-0a100013)".
func (r *Rule) Named() string {
	text := r.String()
	if r.PeerName == "" {
		return text
	}
	at := strings.LastIndexByte(text, ' ') + 1
	return text[:at] + inventory.Named(r.PeerName, text[at:])
}

// Words returns the rule as a sentence has it, with the name of its source before the
// id: "tcp/22 from shop-bastion (sg-0a100013)", and "all traffic to 0.0.0.0/0" of an
// egress rule.
func (r *Rule) Words() string {
	way, text, _ := strings.Cut(r.String(), " ")
	traffic, peer := text, ""
	if at := strings.LastIndexByte(text, ' '); at >= 0 {
		traffic, peer = text[:at], text[at+1:]
	}
	switch _, err := strconv.Atoi(traffic); {
	case traffic == "all":
		traffic = "all traffic"
	case err == nil: // the number of an IP protocol
		traffic = "protocol " + traffic
	}
	preposition := " from "
	if way == "out" {
		preposition = " to "
	}
	return traffic + preposition + inventory.Named(r.PeerName, peer)
}

// String returns the identity of the rule in its group: "in tcp/22 0.0.0.0/0".
func (r *Rule) String() string {
	if r.text != "" {
		return r.text
	}
	if w := r.Written; w != nil {
		way := "in "
		if w.Direction == inventory.Egress.String() {
			way = "out "
		}
		return way + w.traffic() + " " + w.Source
	}
	return r.Rule.String()
}

// Err says why a text of a report that was read is not understood, or nothing.
func (r *Rule) Err() error { return r.err }

// Same reports whether both are one rule of a group, or both are nil.
func (r *Rule) Same(o *Rule) bool {
	if r == nil || o == nil {
		return r == o
	}
	return r.String() == o.String()
}

// NewRule returns the rule that texts of a report stand for. Texts that are not
// understood are kept.
func NewRule(t RuleText) *Rule {
	r := &Rule{Rule: &inventory.Rule{IDs: t.RuleIDs, Description: t.Description}, PeerName: t.SourceName}
	if r.err = t.parse(r.Rule); r.err != nil {
		*r.Rule = inventory.Rule{IDs: t.RuleIDs, Description: t.Description}
		r.Written = &t
	} else if now := r.Texts(); now.Direction != t.Direction || now.Protocol != t.Protocol || now.Ports != t.Ports || now.Source != t.Source {
		r.Written = &t
	}
	r.text = r.String()
	return r
}

// traffic is the text of the rule's traffic, as inventory writes it.
func (t *RuleText) traffic() string {
	switch p, err := inventory.ParseProtocol(t.Protocol); {
	case err != nil:
	case p == inventory.TCP, p == inventory.UDP, p == inventory.ICMP, p == inventory.ICMPv6:
		return t.Protocol + "/" + t.Ports
	}
	return t.Protocol
}

func (t *RuleText) parse(r *inventory.Rule) (err error) {
	switch t.Direction {
	case inventory.Ingress.String():
	case inventory.Egress.String():
		r.Direction = inventory.Egress
	default:
		return fmt.Errorf("the direction %q is neither ingress nor egress", t.Direction)
	}
	if r.Traffic, err = inventory.ParseTraffic(t.traffic()); err != nil {
		return err
	}
	switch {
	case strings.HasPrefix(t.Source, "sg-"):
		r.Peer.Group = &inventory.GroupRef{ID: t.Source}
	case strings.HasPrefix(t.Source, "pl-"):
		r.Peer.List = t.Source
	default:
		prefix, err := netip.ParsePrefix(t.Source)
		if err != nil {
			return fmt.Errorf("the source %q is neither a prefix nor a group nor a prefix list", t.Source)
		}
		r.Peer = inventory.PrefixPeer(prefix)
	}
	return nil
}

// MarshalJSON writes the texts as an encoder would write RuleText. It is written
// by hand since reports hold many of them.
func (r *Rule) MarshalJSON() ([]byte, error) {
	t := r.Texts()
	out := make([]byte, 0, 256)
	for _, field := range [...]struct{ name, value string }{
		{`{"direction":`, t.Direction}, {`,"protocol":`, t.Protocol}, {`,"ports":`, t.Ports}, {`,"source":`, t.Source},
	} {
		out = appendJSON(append(out, field.name...), field.value)
	}
	if t.SourceName != "" {
		out = appendJSON(append(out, `,"source_name":`...), t.SourceName)
	}
	out = append(out, `,"rule_ids":[`...)
	for i, id := range t.RuleIDs {
		if i > 0 {
			out = append(out, ',')
		}
		out = appendJSON(out, id)
	}
	out = appendJSON(append(out, `],"description":`...), t.Description)
	return append(out, '}'), nil
}

// appendJSON appends a string of JSON. The encoder that calls MarshalJSON decides
// whether the characters of HTML are escaped.
func appendJSON(to []byte, text string) []byte {
	for i := range len(text) {
		if c := text[i]; c < ' ' || c >= utf8.RuneSelf || c == '"' || c == '\\' {
			var out bytes.Buffer
			enc := json.NewEncoder(&out)
			enc.SetEscapeHTML(false)
			_ = enc.Encode(text) // a string has a text in JSON
			return append(to, bytes.TrimSuffix(out.Bytes(), []byte("\n"))...)
		}
	}
	return append(append(append(to, '"'), text...), '"')
}

// UnmarshalJSON reads what MarshalJSON wrote. Texts that are not understood are
// not an error, so that a report of a later version can be compared with.
func (r *Rule) UnmarshalJSON(text []byte) error {
	var t RuleText
	if err := json.Unmarshal(text, &t); err != nil {
		return &ruleError{err}
	}
	*r = *NewRule(t)
	return nil
}

// UnmarshalJSONFrom reads what MarshalJSON wrote, for ReadStream: without it, the
// method of inventory.Rule would stand for a Rule.
func (r *Rule) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	var t RuleText
	if err := jsonv2.UnmarshalDecode(d, &t); err != nil {
		return err
	}
	*r = *NewRule(t)
	return nil
}

// ruleError is an error of the decoder in a rule, which does not know where in
// the report the rule stands.
type ruleError struct{ err error }

func (e *ruleError) Error() string { return e.err.Error() }
