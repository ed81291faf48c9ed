package inventory

import "strings"

// Referrer is a resource of another service that holds security groups without a
// network interface of its own: an ECS service without tasks, a CodeBuild project
// between two builds. It holds them for as long as it names them.
type Referrer struct {
	Service string   `json:"service"`              // as IAM actions begin: ecs
	Kind    string   `json:"kind"`                 // within the service: service, notebook-instance
	Name    string   `json:"name,omitzero"`        // as the service calls it
	ID      string   `json:"id,omitzero"`          // its ARN, or the id of the service; empty where the name is the id
	VPC     string   `json:"vpc_id,omitzero"`      // where the answer names it
	Groups  []string `json:"group_ids,omitempty"`  // ids, sorted
	Source  string   `json:"reported_by,omitzero"` // who reported it; empty: the service itself
}

// Words says what the referrer is in AWS's words, with its name and id: "ECS
// service checkout (arn:aws:ecs:…)". A service that is in no row of the table is
// called as it was reported.
func (x *Referrer) Words() string {
	what := strings.TrimSpace(x.Service + " " + x.Kind)
	if s := ReferrerServiceOf(x.Service); s != nil {
		for i := range s.Kinds {
			if s.Kinds[i].Kind == x.Kind {
				what = s.Kinds[i].Words
			}
		}
	}
	name := x.Name
	switch {
	case name == "":
		name = x.ID
	case x.ID != "":
		name = Named(x.Name, x.ID)
	}
	return what + " " + name
}

func (x *Referrer) tidy() { x.Groups = sortStrings(x.Groups) }

func (x *Referrer) key() string {
	return x.Service + " " + x.Kind + " " + x.Name + " " + x.ID + " " + x.Source
}

// ReferrerService is a service with resources that may hold groups: one part of a
// region, so that each service has its gap and its permissions.
type ReferrerService struct {
	Service string // as IAM actions begin
	Kinds   []ReferrerKind
	API     ServiceAPI
	MaxRPS  float64 // calls a second, where the service allows fewer than most

	Name string // of the part, in words
	Key  string // of the part, in a snapshot
}

// ReferrerKind is one kind of resource of a service.
type ReferrerKind struct {
	Kind  string // one word, or several with hyphens
	Words string // as AWS calls one: ECS service

	Calls   []ServiceCall // how they are listed; the last has the groups
	Actions []string      // IAM actions of a reader of its own, where there are no Calls

	// Paths in an item of the last call. ^1 is the second of the keys of the calls before.
	Name, ID, VPC string
	Groups        []string
	Echo          string // what the last call was asked for; empty: it was asked for nothing, or an item does not say it
}

// Part returns the part of a region that holds the service's referrers.
func (s *ReferrerService) Part() Part {
	for i := range ReferrerServices {
		if &ReferrerServices[i] == s {
			return firstReferrers << i
		}
	}
	return 0
}

// ReferrerServiceOf returns the row of a service, or nil where there is none.
func ReferrerServiceOf(service string) *ReferrerService {
	for i := range ReferrerServices {
		if ReferrerServices[i].Service == service {
			return &ReferrerServices[i]
		}
	}
	return nil
}

// PartReferrers are the parts of all rows of ReferrerServices.
const PartReferrers = partEnd - firstReferrers

// row is the row of the part in partTable.
func (s *ReferrerService) row(i int) partRow {
	return partRow{
		part: firstReferrers << i, name: s.Name, key: s.Key, field: "referrers", depth: DepthServices,
		operations: s.operations(), items: referrerItems(s.Service),
	}
}

// withReferrers adds the rows of ReferrerServices to those of partTable.
func withReferrers(rows []partRow) []partRow {
	for i := range ReferrerServices {
		rows = append(rows, ReferrerServices[i].row(i))
	}
	return rows
}

// referrerItems are the referrers of one service, in the list of all.
type referrerItems string

var allReferrers = listOf[Referrer]{
	of:   func(r *Region) *[]Referrer { return &r.Referrers },
	id:   (*Referrer).key,
	tidy: (*Referrer).tidy,
	merge: func(first, other *Referrer) {
		first.Groups = union(first.Groups, other.Groups)
	},
	name: (*Referrer).Words,
}

func (referrerItems) normalize(r *Region) { allReferrers.normalize(r) }

func (s referrerItems) diff(a, b *Region) []Change {
	return diffList(s.of(a), s.of(b), (*Referrer).Words)
}

func (referrerItems) repeated(*Region) []string { return nil } // a deployment and its service are two items of one name

func (s referrerItems) of(r *Region) (list []Referrer) {
	for i := range r.Referrers {
		if r.Referrers[i].Service == string(s) {
			list = append(list, r.Referrers[i])
		}
	}
	return list
}
