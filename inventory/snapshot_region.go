package inventory

import (
	"fmt"
	"reflect"
	"strings"
	"sync"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// partFields are the places in a Region of its fields for the parts.
var partFields = sync.OnceValue(func() map[Part]int {
	fields := map[Part]int{}
	region := reflect.TypeFor[Region]()
	for i := range region.NumField() {
		key, _, _ := strings.Cut(region.Field(i).Tag.Get("json"), ",")
		for k := range partTable {
			if partTable[k].fieldKey() == key {
				fields[partTable[k].part] = i
			}
		}
	}
	return fields
})

// regionFile is a region in a file. A part that was read has its key, though
// it be empty, and one that was not read has it where something arrived.
type regionFile struct {
	*regionFields
	PublicAccess *PublicAccessBlock `json:"vpc_block_public_access,omitzero"` // nil: not in the file
}

// regionFields are those of a Region without its methods.
type regionFields Region

// MarshalJSONTo writes the region.
func (r *Region) MarshalJSONTo(enc *jsontext.Encoder) error {
	file := *r
	v := reflect.ValueOf(&file).Elem()
	for part, i := range partFields() {
		if f := v.Field(i); r.Read.Has(part) && f.Kind() == reflect.Slice && f.IsNil() {
			f.Set(reflect.MakeSlice(f.Type(), 0, 0))
		}
	}
	out := regionFile{regionFields: (*regionFields)(&file)}
	if r.Read.Has(PartPublicAccess) || !reflect.ValueOf(r.PublicAccess).IsZero() {
		out.PublicAccess = &r.PublicAccess
	}
	return json.MarshalEncode(enc, &out)
}

// UnmarshalJSONFrom reads a region, and refuses one that claims to have read a
// part and does not have its key.
func (r *Region) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	in := regionFile{regionFields: (*regionFields)(r)}
	if err := json.UnmarshalDecode(dec, &in); err != nil {
		return err
	}
	v := reflect.ValueOf(r).Elem()
	for part, i := range partFields() {
		if part == PartPublicAccess {
			continue
		}
		if r.Read.Has(part) && v.Field(i).IsNil() {
			return missingPart(r, part, part.row().fieldKey())
		}
	}
	for part, i := range partFields() { // several parts may share a field
		if part != PartPublicAccess && v.Field(i).Len() == 0 {
			v.Field(i).SetZero()
		}
	}
	if in.PublicAccess != nil {
		r.PublicAccess = *in.PublicAccess
	} else if r.Read.Has(PartPublicAccess) {
		return missingPart(r, PartPublicAccess, PartPublicAccess.row().key)
	}
	for i := range r.Groups {
		if r.Groups[i].Rules == nil {
			return fmt.Errorf("%s in %s has no key rules", r.Groups[i].ID, r.Name)
		}
		if len(r.Groups[i].Rules) == 0 {
			r.Groups[i].Rules = nil
		}
	}
	for i := range r.Interfaces {
		if r.Interfaces[i].Groups == nil {
			return fmt.Errorf("%s in %s has no key group_ids", r.Interfaces[i].ID, r.Name)
		}
		if len(r.Interfaces[i].Groups) == 0 {
			r.Interfaces[i].Groups = nil
		}
	}
	return nil
}

func missingPart(r *Region, part Part, key string) error {
	return fmt.Errorf("the region %s says that its %s were read, and has no key %s", r.Name, part, key)
}
