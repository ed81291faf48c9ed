package inventory

import "strings"

// ServiceWords are the pieces of an interface's texts by which Owner finds the
// service. Everything else in these texts can be any text, and Owner says the
// same. Each is a part of its text, or empty.
type ServiceWords struct {
	Begin      string // how the description begins
	Word       string // what stands anywhere in the description
	Name       string // what names the owner in the description
	Requester  string
	AttachedBy string
}

// ServiceWords returns the pieces by which Owner finds the service.
func (i *Interface) ServiceWords() ServiceWords {
	w := ServiceWords{Requester: requesterWord(i.Requester), AttachedBy: requesterWord(i.AttachedBy)}
	s := services.service(i)
	if s == nil {
		return w
	}
	for _, begin := range s.descriptions {
		if hasPrefixFold(i.Description, begin) && len(begin) > len(w.Begin) {
			w.Begin = i.Description[:len(begin)]
		}
	}
	for _, word := range s.words {
		if containsFold(i.Description, word) {
			w.Word = word
		}
	}
	if s.name != nil {
		w.Name = s.name(i.Description)
	}
	return w
}

// requesterWord returns the part of a requester, or of the owner of an
// attachment, that names a service.
func requesterWord(text string) string {
	if services.requesters[text] != 0 {
		return text
	}
	for _, p := range services.parts {
		if strings.Contains(text, p.text) {
			return p.text
		}
	}
	return ""
}

// ServiceTag reports whether a tag with this key names a service, or what
// belongs to it.
func ServiceTag(key string) bool {
	for _, t := range taggedServices {
		if t.key == key {
			return true
		}
	}
	return false
}
