package awsclient

import (
	"bytes"
	"errors"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

// errShape says that an answer is not of the plain shape that the scanner
// reads. It is no failure: the SDK's own decoder reads it then.
var errShape = errors.New("an XML shape that the scanner does not read")

// scanner reads the plain XML that EC2 answers with: elements and text. What
// EC2 never sends (comments, CDATA, processing instructions beyond the first
// line, entities of its own) is errShape, so that nothing has to be guessed.
type scanner struct {
	known map[string]*string // texts that were read before, by their bytes
	data  []byte
	at    int

	empty bool     // the last element was opened and closed in one tag
	open  [][]byte // the names of the elements around
}

// children calls visit for each child element of the one that was just
// opened, until that is closed. Visit must read the child to its end.
func (s *scanner) children(visit func(name []byte) error) error {
	if s.empty {
		s.empty = false
		return nil
	}
	for {
		for s.at < len(s.data) && s.data[s.at] != '<' {
			switch s.data[s.at] {
			case ' ', '\t', '\n', '\r':
				s.at++
			default:
				return errShape // text between elements
			}
		}
		if s.at+1 >= len(s.data) {
			return errShape
		}
		if s.data[s.at+1] == '/' {
			return s.closing()
		}
		name, err := s.opening()
		if err != nil {
			return err
		}
		if err := visit(name); err != nil {
			return err
		}
	}
}

// namespace is the one attribute that EC2 sends.
var namespace = regexp.MustCompile(`^ xmlns="[A-Za-z0-9:/.-]*"$`)

// opening reads a start tag.
func (s *scanner) opening() ([]byte, error) {
	begin := s.at + 1
	end := bytes.IndexByte(s.data[begin:], '>')
	if s.data[s.at] != '<' || end < 1 {
		return nil, errShape
	}
	tag := s.data[begin : begin+end]
	s.at = begin + end + 1
	if s.empty = tag[len(tag)-1] == '/'; s.empty {
		tag = tag[:len(tag)-1]
	}
	if i := bytes.IndexByte(tag, ' '); i >= 0 {
		if !namespace.Match(tag[i:]) {
			return nil, errShape
		}
		tag = tag[:i]
	}
	for i, c := range tag {
		if letter := c|0x20 >= 'a' && c|0x20 <= 'z'; !letter && (c < '0' || c > '9' || i == 0) {
			return nil, errShape
		}
	}
	if len(tag) == 0 {
		return nil, errShape
	}
	if !s.empty {
		s.open = append(s.open, tag)
	}
	return tag, nil
}

// closing reads the end tag of the innermost element.
func (s *scanner) closing() error {
	last := len(s.open) - 1
	end := bytes.IndexByte(s.data[s.at:], '>')
	if last < 0 || end < 3 || !bytes.Equal(s.data[s.at+2:s.at+end], s.open[last]) {
		return errShape
	}
	s.open = s.open[:last]
	s.at += end + 1
	return nil
}

// text reads the text of the element that was just opened, and its end tag.
func (s *scanner) text() (*string, error) {
	if s.empty {
		s.empty = false
		return new(string), nil
	}
	end := bytes.IndexByte(s.data[s.at:], '<')
	if end < 0 || s.at+end+1 >= len(s.data) || s.data[s.at+end+1] != '/' {
		return nil, errShape
	}
	raw := s.data[s.at : s.at+end]
	s.at += end
	if err := s.closing(); err != nil {
		return nil, err
	}
	if known := s.known[string(raw)]; known != nil {
		return known, nil
	}
	text, err := plain(raw)
	if err == nil && len(raw) <= longestKnown && len(s.known) < mostKnown {
		if s.known == nil {
			s.known = map[string]*string{}
		}
		s.known[string(raw)] = text
	}
	return text, err
}

// Texts that repeat in an answer are kept once: ids of groups and subnets,
// words, zones. Longer ones, and more of them, are as good as unique.
const (
	longestKnown = 40
	mostKnown    = 2000
)

// check finds what decoders change or refuse in a text.
func check(raw []byte) error {
	ascii := true
	for i, c := range raw {
		switch {
		case c >= utf8.RuneSelf:
			ascii = false
		case c < ' ' && c != '\t' && c != '\n', c == ']' && bytes.HasPrefix(raw[i:], []byte("]]>")):
			return errShape
		}
	}
	if !ascii && (!utf8.Valid(raw) || bytes.ContainsAny(raw, "\uFFFE\uFFFF")) {
		return errShape
	}
	return nil
}

// plain replaces the entities of a text.
func plain(raw []byte) (*string, error) {
	if err := check(raw); err != nil {
		return nil, err
	}
	text := string(raw)
	if bytes.IndexByte(raw, '&') < 0 {
		return &text, nil
	}
	var b strings.Builder
	for {
		i := strings.IndexByte(text, '&')
		if i < 0 {
			b.WriteString(text)
			text = b.String()
			return &text, nil
		}
		b.WriteString(text[:i])
		name, rest, found := strings.Cut(text[i+1:], ";")
		if !found {
			return nil, errShape
		}
		text = rest
		switch name {
		case "amp":
			b.WriteByte('&')
		case "lt":
			b.WriteByte('<')
		case "gt":
			b.WriteByte('>')
		case "quot":
			b.WriteByte('"')
		case "apos":
			b.WriteByte('\'')
		default:
			digits, base := strings.TrimPrefix(name, "#"), 10
			if d, hex := strings.CutPrefix(digits, "x"); hex {
				digits, base = d, 16
			}
			n, err := strconv.ParseUint(digits, base, 21)
			switch {
			case err != nil || digits == name || n > utf8.MaxRune || n >= 0xD800 && n < 0xE000 || n == 0xFFFE || n == 0xFFFF,
				n < ' ' && n != '\t' && n != '\n' && n != '\r':
				return nil, errShape
			}
			b.WriteRune(rune(n))
		}
	}
}

func (s *scanner) setText(to **string) error {
	text, err := s.text()
	*to = text
	return err
}

// setWord is setText for the SDK's types of fixed words.
func setWord[T ~string](s *scanner, to *T) error {
	text, err := s.text()
	if err == nil {
		*to = T(*text)
	}
	return err
}

func (s *scanner) setNumber(to **int32) error {
	text, err := s.text()
	if err != nil {
		return err
	}
	n, err := strconv.ParseInt(*text, 10, 32)
	if err != nil {
		return errShape
	}
	v := int32(n)
	*to = &v
	return nil
}

func (s *scanner) setFlag(to **bool) error {
	text, err := s.text()
	if err != nil {
		return err
	}
	v, err := strconv.ParseBool(*text)
	if err != nil {
		return errShape
	}
	*to = &v
	return nil
}

// known are the names that the scanners look for, by their lower case.
var known = func() map[string]string {
	names := map[string]string{}
	for _, name := range []string{
		"association", "attachment", "availabilityZone", "cidrIp", "cidrIpv4", "cidrIpv6", "denyAllIgwTraffic",
		"description", "fromPort", "groupDescription", "groupId", "groupName", "groupSet", "groups", "instanceId",
		"instanceOwnerId", "interfaceType", "ipPermissions", "ipPermissionsEgress", "ipProtocol", "ipRanges",
		"ipv6Address", "ipv6AddressesSet", "ipv6Ranges", "isEgress", "item", "key", "networkInterfaceId",
		"networkInterfaceSet", "nextToken", "operator", "ownerId", "peeringStatus", "prefixListId",
		"prefixListIds", "principal", "privateIpAddress", "privateIpAddressesSet", "publicIp",
		"referencedGroupInfo", "requesterId", "requesterManaged", "securityGroupInfo", "securityGroupRuleId",
		"securityGroupRuleSet", "sourceDestCheck", "status", "subnetId", "tagSet", "toPort", "userId", "value",
		"vpcId", "vpcPeeringConnectionId",
	} {
		names[strings.ToLower(name)] = name
	}
	return names
}()

// other skips an element of no interest. The SDK does not mind the case of
// names: one that differs from a known name by that alone is left to it.
func (s *scanner) other(name []byte) error {
	var lower [64]byte
	n := copy(lower[:], name)
	for i, c := range lower[:n] {
		if c >= 'A' && c <= 'Z' {
			lower[i] = c | 0x20
		}
	}
	if exact, found := known[string(lower[:n])]; found && exact != string(name) {
		return errShape
	}
	return s.skip()
}

// skip reads an element that is of no interest to its end.
func (s *scanner) skip() error {
	if s.empty {
		s.empty = false
		return nil
	}
	depth := 1
	for depth > 0 {
		next := bytes.IndexByte(s.data[s.at:], '<')
		if next < 0 || s.at+next+1 >= len(s.data) {
			return errShape
		}
		if raw := s.data[s.at : s.at+next]; next > 0 {
			if err := check(raw); err != nil {
				return err
			}
			if bytes.IndexByte(raw, '&') >= 0 {
				if _, err := plain(raw); err != nil {
					return err
				}
			}
		}
		s.at += next
		if s.data[s.at+1] == '/' {
			depth--
			if err := s.closing(); err != nil {
				return err
			}
			continue
		}
		if _, err := s.opening(); err != nil {
			return err
		}
		if !s.empty {
			depth++
		}
		s.empty = false
	}
	return nil
}

// scanList appends one element for each item of a set.
func scanList[T any](s *scanner, to *[]T, expected int, item func(s *scanner, t *T) error) error {
	return s.children(func(name []byte) error {
		if string(name) != "item" {
			return errShape
		}
		if *to == nil {
			*to = make([]T, 0, expected)
		}
		*to = append(*to, *new(T))
		return item(s, &(*to)[len(*to)-1])
	})
}

// root opens the answer's outermost element.
func (s *scanner) root() error {
	if rest, found := bytes.CutPrefix(s.data, []byte("<?xml")); found {
		end := bytes.Index(rest, []byte("?>"))
		if end < 0 || !bytes.Contains(rest[:end], []byte(`encoding="UTF-8"`)) {
			return errShape
		}
		s.data = bytes.TrimLeft(rest[end+2:], " \t\r\n")
	}
	if len(s.data) < 2 {
		return errShape
	}
	_, err := s.opening()
	return err
}
