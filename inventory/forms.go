package inventory

import "strings"

// The forms of what AWS names things by. They are narrower than any text and
// wider than what AWS gives out today: what passes holds letters, digits and
// hyphens alone, does not begin with a hyphen, and is short. It can therefore
// stand in a command, a comment or a file name without a second meaning.
// Groups, interfaces and rules have the forms of the EC2 user guide, "Resource
// IDs": a kind, a hyphen, and 8 or 17 hexadecimal digits; emulators and made-up
// accounts give other words behind the hyphen, which pass too.

// maxID is the longest id that passes, in bytes. AWS's own have at most 30.
const maxID = 64

// IsID reports whether text is an id of the kind: IsID("sg-", "sg-0a1b2c3d").
func IsID(kind, text string) bool {
	rest, found := strings.CutPrefix(text, kind)
	return found && len(text) <= maxID && isWord(rest)
}

// isWord reports whether text is letters, digits and hyphens, and begins and
// ends with a letter or digit.
func isWord(text string) bool {
	if text == "" || text[0] == '-' || text[len(text)-1] == '-' {
		return false
	}
	for i := range len(text) {
		if !alphanumeric[text[i]] && text[i] != '-' {
			return false
		}
	}
	return true
}

// alphanumeric is a table, since every id of a page is looked up in it.
var alphanumeric = func() (table [256]bool) {
	for _, c := range []byte("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") {
		table[c] = true
	}
	return table
}()

// IsGroupID reports whether text is an id of a security group.
func IsGroupID(text string) bool { return IsID("sg-", text) }

// IsRuleID reports whether text is an id of a security group rule.
func IsRuleID(text string) bool { return IsID("sgr-", text) }

// IsInterfaceID reports whether text is an id of a network interface.
func IsInterfaceID(text string) bool { return IsID("eni-", text) }

// IsPrefixListID reports whether text is an id of a managed prefix list.
func IsPrefixListID(text string) bool { return IsID("pl-", text) }

// IsVPCID reports whether text is an id of a VPC.
func IsVPCID(text string) bool { return IsID("vpc-", text) }

// IsAccountID reports whether text is an id of an account: twelve digits.
func IsAccountID(text string) bool {
	for i := range len(text) {
		if text[i] < '0' || text[i] > '9' {
			return false
		}
	}
	return len(text) == 12
}

// IsOwner reports whether text is an account that can own a security group or
// an interface: an account id, or one of AWS's own such as amazon-elb.
func IsOwner(text string) bool {
	return IsAccountID(text) || len(text) <= maxID && isWord(text) && (strings.HasPrefix(text, "amazon") || strings.HasPrefix(text, "aws"))
}

// IsRegion reports whether text is a name of a region: words of small letters,
// then a number, joined by hyphens, as in us-gov-west-1.
func IsRegion(text string) bool {
	parts := strings.Split(text, "-")
	if len(parts) < 3 || len(text) > maxID {
		return false
	}
	for i, part := range parts {
		low, high := byte('a'), byte('z')
		if i == len(parts)-1 {
			low, high = '0', '9'
		}
		if part == "" {
			return false
		}
		for k := range len(part) {
			if part[k] < low || part[k] > high {
				return false
			}
		}
	}
	return true
}

// IsPartition reports whether text is a name of a partition, as in aws-us-gov.
func IsPartition(text string) bool {
	return len(text) <= maxID && isWord(text) && (text == "aws" || strings.HasPrefix(text, "aws-"))
}

// IsARN reports whether text is an ARN: arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE,
// with the region and the account empty where the service has none. The
// resource is printable ASCII without blanks, quotes and what a shell obeys.
func IsARN(text string) bool {
	parts := strings.SplitN(text, ":", 6)
	if len(parts) != 6 || len(text) > 2048 || parts[0] != "arn" || !IsPartition(parts[1]) || !isWord(parts[2]) || parts[5] == "" {
		return false
	}
	if parts[3] != "" && !IsRegion(parts[3]) || parts[4] != "" && !IsOwner(parts[4]) {
		return false
	}
	for i := range len(parts[5]) {
		if c := parts[5][i]; !alphanumeric[c] && !strings.ContainsRune("+=,.@_-/:", rune(c)) {
			return false
		}
	}
	return true
}
