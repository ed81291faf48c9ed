package inventory

import "strings"

// ServiceAPI is how a service is asked.
type ServiceAPI struct {
	Host    string // what the host name begins with, before the region
	ID      string // as the AWS SDKs call the service: AWS_ENDPOINT_URL_ID is its endpoint
	Form    Form
	Version string // FormQuery: the version of the API; JSON: what X-Amz-Target begins with
}

// Form is the form of requests and answers (Smithy 2.0, "AWS protocols").
type Form string

// The forms.
const (
	FormJSON10 Form = "1.0"  // JSON in a POST, with the action in X-Amz-Target
	FormJSON11 Form = "1.1"  // the same, with another content type
	FormREST   Form = "rest" // JSON, with the action in the method and the path
	FormQuery  Form = "xml"  // a query in a POST, and XML
)

// ServiceCall is one call of a chain: a list, a list for each item of the call before it, or
// the description of such items.
//
// Paths lead to values in an answer: names with dots between them. A name with []
// behind it is a list, of which each item is meant; in XML the items are elements
// called member, or what stands in the brackets. An empty path is the item itself.
type ServiceCall struct {
	Service    string // of another row, where the API is that one's
	Action     string
	Permission string // the IAM action, where it is called otherwise
	Path       string // FormREST: the method and the path, with names in braces from Takes

	With  map[string]any // parameters that are the same in each call
	Takes []string       // parameters that get the keys of the calls before, in their order; empty: not this one
	Batch int            // the last of Takes gets a list of so many at most; 0: one

	Size        string // the parameter for the most items of a page; empty: there is none
	Most        int    // its value
	Token, Next string // the parameter with the token of a page, and where the answer has that of the next; empty: the answer is whole

	Items string    // path to the items; empty: the answer is the one item
	Has   string    // a member that an answer has always; empty: the first name of Items
	CLI   string    // the key under which the AWS CLI prints the items, where it is not the first name of Items; "-": other services have the same
	Keys  []string  // paths in each item to what the next call takes
	Only  [2]string // the path of a text, and a part of it: the next call takes the items that have it, or have no such text

	Missing string   // path to those of a batch that are no longer there
	Gone    []string // error codes for one that is no longer there
}

// IAM returns the action that a policy has to allow.
func (c *ServiceCall) IAM(s *ReferrerService) string {
	service, action := s.Service, c.Action
	if c.Service != "" {
		service = c.Service
	}
	if c.Permission != "" {
		action = c.Permission
	}
	return service + ":" + action
}

// API returns how the call's service is asked, and the service.
func (c *ServiceCall) API(s *ReferrerService) (*ServiceAPI, string) {
	if c.Service != "" {
		s = ReferrerServiceOf(c.Service)
	}
	return &s.API, s.Service
}

// Member returns the member that an answer has always.
func (c *ServiceCall) Member() string {
	if c.Has != "" {
		return c.Has
	}
	first, _, _ := strings.Cut(c.Items, ".")
	first, _, _ = strings.Cut(first, "[")
	return first
}

// SavedKey returns the key under which the AWS CLI prints the items of a service that
// is listed by one call for each of its kinds, and nothing for other services: what
// describes some items does not say whether they are all.
func (s *ReferrerService) SavedKey(kind *ReferrerKind) string {
	for i := range s.Kinds {
		if len(s.Kinds[i].Calls) == 0 {
			continue
		}
		if len(s.Kinds[i].Calls) > 1 || s.Kinds[i].Calls[0].CLI == "-" {
			return ""
		}
	}
	if len(kind.Calls) == 0 {
		return ""
	}
	if call := &kind.Calls[0]; call.CLI != "" {
		return call.CLI
	}
	return kind.Calls[0].Member()
}

// operations returns the IAM actions of all calls of a service's kinds.
func (s *ReferrerService) operations() (actions []string) {
	for i := range s.Kinds {
		actions = union(actions, s.Kinds[i].Actions)
		for k := range s.Kinds[i].Calls {
			actions = union(actions, []string{s.Kinds[i].Calls[k].IAM(s)})
		}
	}
	return actions
}
