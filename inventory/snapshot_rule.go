package inventory

import (
	"errors"
	"fmt"
	"net/netip"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// AppendText writes ingress or egress.
func (d Direction) AppendText(text []byte) ([]byte, error) { return append(text, d.String()...), nil }

// MarshalText is AppendText for encoders that do not know it.
func (d Direction) MarshalText() ([]byte, error) { return d.AppendText(nil) }

// UnmarshalText reads what AppendText writes.
func (d *Direction) UnmarshalText(text []byte) error {
	switch string(text) {
	case "ingress":
		*d = Ingress
	case "egress":
		*d = Egress
	default:
		return fmt.Errorf("a direction is ingress or egress, not %q", text)
	}
	return nil
}

// AppendText writes what String returns.
func (p Protocol) AppendText(text []byte) ([]byte, error) { return append(text, p.String()...), nil }

// MarshalText is AppendText for encoders that do not know it.
func (p Protocol) MarshalText() ([]byte, error) { return p.AppendText(nil) }

// UnmarshalText reads tcp, udp, icmp, icmpv6, all, or a number from 0 to 255.
func (p *Protocol) UnmarshalText(text []byte) (err error) {
	switch string(text) { // nearly all of them, without a copy
	case "tcp":
		*p = TCP
	case "all":
		*p = AllProtocols
	case "udp":
		*p = UDP
	default:
		*p, err = ParseProtocol(string(text))
	}
	return err
}

// trafficFile is a traffic in a file. Ports stand there for tcp and udp, the
// type and code for icmp and icmpv6 where not all are meant.
type trafficFile struct {
	Protocol Protocol `json:"protocol"`
	FromPort *int32   `json:"from_port,omitzero"`
	ToPort   *int32   `json:"to_port,omitzero"`
	ICMPType *int32   `json:"icmp_type,omitzero"`
	ICMPCode *int32   `json:"icmp_code,omitzero"`
}

// set fills the file's form of a traffic, which it points into.
func (f *trafficFile) set(t *Traffic) {
	f.Protocol = t.Protocol
	switch {
	case t.HasPorts():
		f.FromPort, f.ToPort = &t.First, &t.Last
	case t.Protocol == ICMP || t.Protocol == ICMPv6:
		if t.First != Any {
			f.ICMPType = &t.First
			if t.Last != Any {
				f.ICMPCode = &t.Last
			}
		}
	}
}

// traffic returns what the file says, if it makes sense.
func (f *trafficFile) traffic() (Traffic, error) {
	t := Traffic{Protocol: f.Protocol}
	icmp := t.Protocol == ICMP || t.Protocol == ICMPv6
	switch {
	case t.HasPorts() && (f.FromPort == nil || f.ToPort == nil):
		return t, fmt.Errorf("%s needs from_port and to_port", t.Protocol)
	case !t.HasPorts() && (f.FromPort != nil || f.ToPort != nil):
		return t, fmt.Errorf("%s has no ports", t.Protocol)
	case !icmp && (f.ICMPType != nil || f.ICMPCode != nil), f.ICMPType == nil && f.ICMPCode != nil:
		return t, errors.New("an icmp_type belongs to icmp and icmpv6, and an icmp_code to a type")
	case t.HasPorts():
		if t.First, t.Last = *f.FromPort, *f.ToPort; t.First < 0 || t.Last > MaxPort || t.First > t.Last {
			return t, fmt.Errorf("the ports from %d to %d make no sense", t.First, t.Last)
		}
	case icmp:
		t.First, t.Last = Any, Any
		for _, end := range []struct {
			from *int32
			to   *int32
		}{{f.ICMPType, &t.First}, {f.ICMPCode, &t.Last}} {
			if end.from == nil {
				continue
			}
			if *end.to = *end.from; *end.to < 0 || *end.to > maxType {
				return t, fmt.Errorf("the ICMP type or code %d makes no sense", *end.to)
			}
		}
	}
	return t, nil
}

// ruleFile is a rule in a file: exactly one of CIDR, Group and List is there.
type ruleFile struct {
	Direction Direction `json:"direction"`
	trafficFile
	CIDR        netip.Prefix `json:"cidr,omitzero"`
	Group       *GroupRef    `json:"group,omitzero"`
	List        string       `json:"prefix_list_id,omitzero"`
	Description string       `json:"description,omitzero"`
	IDs         []string     `json:"rule_ids,omitempty"`
	Tags        []Tag        `json:"tags,omitempty"`
}

// MarshalJSONTo writes the rule as a ruleFile.
func (r *Rule) MarshalJSONTo(enc *jsontext.Encoder) error {
	f := ruleFile{Direction: r.Direction, CIDR: r.Peer.Prefix, Group: r.Peer.Group, List: r.Peer.List, Description: r.Description, IDs: r.IDs, Tags: r.Tags}
	f.set(&r.Traffic)
	return json.MarshalEncode(enc, &f)
}

// UnmarshalJSONFrom reads a ruleFile.
func (r *Rule) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	f := ruleFile{Direction: Egress + 1, trafficFile: trafficFile{Protocol: AllProtocols - 1}}
	if err := json.UnmarshalDecode(dec, &f); err != nil {
		return err
	}
	if f.Direction > Egress || f.Protocol < AllProtocols {
		return errors.New("a rule needs direction and protocol")
	}
	t, err := f.traffic()
	if err != nil {
		return err
	}
	*r = Rule{Direction: f.Direction, Traffic: t, Peer: Peer{Prefix: f.CIDR, Group: f.Group, List: f.List}, Description: f.Description, IDs: f.IDs, Tags: f.Tags}
	return nil
}

// aclEntryFile is an entry of a network ACL in a file.
type aclEntryFile struct {
	Direction Direction `json:"direction"`
	Number    int       `json:"number"`
	Allow     bool      `json:"allow"`
	trafficFile
	CIDR netip.Prefix `json:"cidr"`
}

// MarshalJSONTo writes the entry as an aclEntryFile.
func (e *ACLEntry) MarshalJSONTo(enc *jsontext.Encoder) error {
	f := aclEntryFile{Direction: e.Direction, Number: e.Number, Allow: e.Allow, CIDR: e.Prefix}
	f.set(&e.Traffic)
	return json.MarshalEncode(enc, &f)
}

// UnmarshalJSONFrom reads an aclEntryFile.
func (e *ACLEntry) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	var f aclEntryFile
	if err := json.UnmarshalDecode(dec, &f); err != nil {
		return err
	}
	t, err := f.traffic()
	*e = ACLEntry{Direction: f.Direction, Number: f.Number, Allow: f.Allow, Traffic: t, Prefix: f.CIDR}
	return err
}

// staleFile is a stale reference in a file.
type staleFile struct {
	Group     string    `json:"group_id"`
	Direction Direction `json:"direction"`
	trafficFile
	Peer GroupRef `json:"group"`
}

// MarshalJSONTo writes the reference as a staleFile.
func (s *StaleReference) MarshalJSONTo(enc *jsontext.Encoder) error {
	f := staleFile{Group: s.Group, Direction: s.Direction, Peer: s.Peer}
	f.set(&s.Traffic)
	return json.MarshalEncode(enc, &f)
}

// UnmarshalJSONFrom reads a staleFile.
func (s *StaleReference) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	var f staleFile
	if err := json.UnmarshalDecode(dec, &f); err != nil {
		return err
	}
	t, err := f.traffic()
	*s = StaleReference{Group: f.Group, Direction: f.Direction, Traffic: t, Peer: f.Peer}
	return err
}

// listenerFile is a listener in a file.
type listenerFile struct {
	Kind string `json:"kind"`
	Name string `json:"name"`
	trafficFile
}

// MarshalJSONTo writes the listener as a listenerFile.
func (l *Listener) MarshalJSONTo(enc *jsontext.Encoder) error {
	f := listenerFile{Kind: l.Kind, Name: l.Name}
	f.set(&l.Traffic)
	return json.MarshalEncode(enc, &f)
}

// UnmarshalJSONFrom reads a listenerFile.
func (l *Listener) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	var f listenerFile
	if err := json.UnmarshalDecode(dec, &f); err != nil {
		return err
	}
	t, err := f.traffic()
	*l = Listener{Kind: f.Kind, Name: f.Name, Traffic: t}
	return err
}
