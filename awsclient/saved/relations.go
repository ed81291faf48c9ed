package saved

import (
	"encoding/json"
	"slices"
)

// resultsKey is the key of the results of an advanced query of AWS Config.
const resultsKey = "Results"

// relatedItem is one result of a query for what is related to security groups: a
// JSON object in a string. It names its account and region, where the query selected
// them: an aggregator answers for several.
type relatedItem struct {
	Account       string          `json:"accountId"`
	Region        string          `json:"awsRegion"`
	Relationships json.RawMessage `json:"relationships"`
	Configuration json.RawMessage `json:"configuration"`

	text string // all of it
}

// relatedAnswer is one answer, or one page of it.
type relatedAnswer struct {
	items []relatedItem
	more  bool
}

// relatedPart is what an answer has of one region of an account.
type relatedPart struct {
	account, region string // empty where the results do not say
	texts           []string
}

// list is the part as AWS Config would answer it.
func (p *relatedPart) list() json.RawMessage {
	text, _ := json.Marshal(p.texts) // a list of texts always encodes
	return text
}

// byPlace takes the answer apart, in the order in which places come first. One
// without results is one part without a place.
func (a *relatedAnswer) byPlace() []*relatedPart {
	var parts []*relatedPart
	for _, item := range a.items {
		i := slices.IndexFunc(parts, func(p *relatedPart) bool { return p.account == item.Account && p.region == item.Region })
		if i < 0 {
			i = len(parts)
			parts = append(parts, &relatedPart{account: item.Account, region: item.Region})
		}
		parts[i].texts = append(parts[i].texts, item.text)
	}
	if len(parts) == 0 {
		parts = append(parts, &relatedPart{texts: []string{}})
	}
	return parts
}

// relations takes the answer of a query that selected relationships and no
// configuration: it is about what resources are related to, and not about the
// resources. An answer without results is one too, where it says what was selected.
func (f *file) relations(object members) bool {
	var results []string
	if raw, ok := object[resultsKey]; !ok || json.Unmarshal(raw, &results) != nil || results == nil {
		return false
	}
	var query struct {
		SelectFields []struct{ Name string }
	}
	selected := json.Unmarshal(object["QueryInfo"], &query) == nil && len(query.SelectFields) > 0
	has := func(name string) bool {
		return slices.ContainsFunc(query.SelectFields, func(f struct{ Name string }) bool { return f.Name == name })
	}
	if selected && (!has("relationships") || has("configuration")) || !selected && len(results) == 0 {
		return false
	}
	items := make([]relatedItem, len(results))
	for i, text := range results {
		items[i].text = text
		understood := json.Unmarshal([]byte(text), &items[i]) == nil // for the reader to say what is wrong with it
		if !selected && (!understood || items[i].Relationships == nil || items[i].Configuration != nil) {
			return false
		}
		if !accountFolder().MatchString(items[i].Account) || !regionFolder().MatchString(items[i].Region) {
			items[i].Account, items[i].Region = "", "" // the place of the file, or a gap there
		}
	}
	more := len(object["NextToken"]) > 0 && string(object["NextToken"]) != "null" && string(object["NextToken"]) != `""`
	f.related = append(f.related, relatedAnswer{items, more})
	return true
}
