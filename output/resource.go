package output

import (
	"cmp"
	"net/url"
	"slices"
	"strings"

	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/words"
)

// arn returns the ARN of what a finding is about. A group has the one that the
// report holds, a resource with an ARN for an id has that, and for the other
// kinds it is put together by the forms of AWS's Service Authorization
// Reference for EC2.
func arn(partition string, f *findings.Finding) string {
	switch {
	case strings.HasPrefix(f.ResourceID, "arn:"):
		return f.ResourceID
	case f.GroupARN != "" && cmp.Or(f.ResourceID, f.GroupID) == f.GroupID:
		return f.GroupARN
	case f.ResourceType == "account" || f.ResourceID == "":
		return accountARN(partition, f.AccountID)
	}
	return "arn:" + cmp.Or(partition, "aws") + ":ec2:" + f.Region + ":" + f.AccountID + ":" + cmp.Or(f.ResourceType, "security-group") + "/" + f.ResourceID
}

// knownARN returns the ARN of what a finding of an older report was about, of
// which only the id is known.
func knownARN(partition string, k *findings.Ref) string {
	kind := "security-group"
	for prefix, name := range map[string]string{"eni-": "network-interface", "acl-": "network-acl", "vpc-": "vpc"} {
		if strings.HasPrefix(k.ResourceID, prefix) {
			kind = name
		}
	}
	return arn(partition, &findings.Finding{AccountID: k.AccountID, Region: k.Region, ResourceType: kind, ResourceID: k.ResourceID})
}

// appendTags adds the tags of a finding as key=value, sorted, to an empty list.
func appendTags(tags []string, f *findings.Finding) []string {
	for k, v := range f.Tags {
		tags = append(tags, k+"="+v)
	}
	slices.Sort(tags)
	return tags
}

// accountARN returns the ARN that stands for a whole account.
func accountARN(partition, account string) string {
	return "arn:" + cmp.Or(partition, "aws") + ":iam::" + account + ":root"
}

// sourcePath returns a relative path for readers that expect a finding in a
// file: aws/ACCOUNT/REGION/RESOURCE, each part percent-encoded.
func sourcePath(account, region, resource string) string {
	path := "aws"
	for _, part := range []string{account, region, resource} {
		part = strings.ReplaceAll(url.PathEscape(cmp.Or(part, "-")), ":", "%3A")
		if strings.HasPrefix(part, ".") { // .. would lead elsewhere
			part = strings.ReplaceAll(part, ".", "%2E")
		}
		path += "/" + part
	}
	return path
}

// resourceWords names what a finding is about, by its name and its id.
func resourceWords(f *findings.Finding) string {
	return words.Plain(cmp.Or(f.Subject(), f.AccountID))
}

// gapWords says what could not be read and why, as one line.
func gapWords(g *findings.Gap) string {
	text := g.Operation + " could not be read"
	for _, part := range []string{g.Kind, g.Code, g.Message} {
		if part != "" {
			text += ": " + part
		}
	}
	return words.Plain(text)
}

// unread returns the regions that were not read in full. A report without any
// region stands for an account of which nothing was read.
func unread(r *findings.Report) []*findings.Coverage {
	if len(r.Coverage) == 0 {
		return []*findings.Coverage{{AccountID: r.Caller.AccountID, Status: "failed", Gaps: []findings.Gap{{Operation: "every region", Kind: "no region is in the report"}}}}
	}
	var list []*findings.Coverage
	for i := range r.Coverage {
		if c := &r.Coverage[i]; c.Status != "complete" && c.Status != "skipped" {
			list = append(list, c)
		}
	}
	return list
}

// unreadParts returns the gaps of a region that was not read in full: at least one,
// even where the report names none.
func unreadParts(c *findings.Coverage) []findings.Gap {
	if len(c.Gaps) == 0 {
		return []findings.Gap{{Operation: "the region", Kind: c.Status}}
	}
	return c.Gaps
}

// accounts returns the accounts that the report is about, sorted: at least one,
// the caller's.
func accounts(r *findings.Report) []string {
	var list []string
	add := func(account string) {
		if n := len(list); n == 0 || list[n-1] != account {
			list = append(list, account)
		}
	}
	for i := range r.Coverage {
		add(r.Coverage[i].AccountID)
	}
	for i := range r.Findings {
		add(r.Findings[i].AccountID)
	}
	for i := range r.NotEvaluated {
		add(r.NotEvaluated[i].AccountID)
	}
	if len(list) == 0 {
		add(r.Caller.AccountID)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// leftOut says how many open findings a report does not hold because filters
// drop them, or nothing.
func leftOut(r *findings.Report) string {
	_, text := r.LeftOut()
	return text
}

// accepted says why a finding is suppressed, as one line.
func accepted(f *findings.Finding) string {
	s := f.Suppression
	if s == nil {
		return "accepted by an exception"
	}
	text := s.Reason
	for _, part := range []struct{ name, value string }{{"owner", s.Owner}, {"ticket", s.Ticket}, {"until", s.Expires}} {
		if part.value != "" {
			text += ", " + part.name + " " + part.value
		}
	}
	return words.Plain(text)
}

// runes shortens text to a number of characters, the last of which is then an
// ellipsis.
func runes(text string, most int) string {
	n := 0
	cut := 0
	for i := range text {
		if n++; n == most {
			cut = i
		}
	}
	if n <= most {
		return text
	}
	return text[:cut] + "…"
}

// placeWords names the account, by its id and by its name where one is known, and the
// region.
func placeWords(account, name, region string) string {
	text := account
	for _, more := range []string{name, region} {
		if more != "" {
			text = strings.TrimSpace(text + " " + more)
		}
	}
	return text
}
