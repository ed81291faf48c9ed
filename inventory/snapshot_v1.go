package inventory

import (
	"encoding"
	"fmt"
	"reflect"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// decodeVersion1 reads the inventory of a snapshot of version 1, in which every
// field has its name in Go and is always there.
func decodeVersion1(dec *jsontext.Decoder, inv *Inventory) error {
	return version1(dec, reflect.ValueOf(inv).Elem())
}

func version1(dec *jsontext.Decoder, v reflect.Value) error {
	kind := dec.PeekKind()
	if kind == 'n' {
		_, err := dec.ReadToken()
		v.SetZero()
		return err
	}
	wanted := map[reflect.Kind]jsontext.Kind{reflect.Struct: '{', reflect.Slice: '[', reflect.Uint8: '0', reflect.Int16: '0'}[v.Kind()]
	switch _, text := v.Addr().Interface().(encoding.TextUnmarshaler); {
	case v.Kind() == reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		return version1(dec, v.Elem())
	case v.Kind() == reflect.Uint32, v.Kind() == reflect.Struct && text, wanted == 0: // parts, addresses, plain values
		return json.UnmarshalDecode(dec, v.Addr().Interface())
	case kind != wanted && kind != 0:
		return at(dec, fmt.Errorf("a value of the kind %s cannot stand there", kind))
	}
	token, err := dec.ReadToken()
	if err != nil {
		return err
	}
	switch v.Kind() {
	case reflect.Struct:
		return version1Struct(dec, v)
	case reflect.Slice:
		return version1Slice(dec, v)
	case reflect.Uint8: // a direction
		if n, err := token.Uint(); err == nil && n <= uint64(Egress) {
			v.SetUint(n)
			return nil
		}
	case reflect.Int16: // a protocol
		if n, err := token.Int(); err == nil && n >= int64(AllProtocols) && n <= 255 {
			v.SetInt(n)
			return nil
		}
	}
	return at(dec, fmt.Errorf("%s makes no sense there", token))
}

func version1Struct(dec *jsontext.Decoder, v reflect.Value) error {
	seen := map[string]bool{}
	for dec.PeekKind() == '"' {
		token, err := dec.ReadToken()
		if err != nil {
			return err
		}
		name := token.String()
		field := v.FieldByName(name)
		if !field.IsValid() {
			return at(dec, fmt.Errorf("unknown key %q", name))
		}
		seen[name] = true
		if err := version1(dec, field); err != nil {
			return err
		}
	}
	if _, err := dec.ReadToken(); err != nil {
		return err
	}
	if r, ok := v.Addr().Interface().(*Region); ok {
		for part, i := range partFields() {
			if name := v.Type().Field(i).Name; r.Read.Has(part) && !seen[name] {
				return at(dec, missingPart(r, part, name))
			}
		}
	}
	return nil
}

func version1Slice(dec *jsontext.Decoder, v reflect.Value) error {
	for {
		switch dec.PeekKind() {
		case ']', 0:
			_, err := dec.ReadToken()
			return err
		}
		item := reflect.New(v.Type().Elem()).Elem()
		if err := version1(dec, item); err != nil {
			return err
		}
		v.Set(reflect.Append(v, item))
	}
}
