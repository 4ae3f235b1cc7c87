/**
 * Programs for each construct that LuaJIT's Lua gained in July 2026 (doc/extensions.html in its sources), by construct
 * and by what is tested. They log what they do; their chunk is called with 1, "two", nil and 4.
 */
export const grammarCases: Record<string, Record<string, string>> = {
	"bit operators": {
		"each of them":
			"local a, b = 0xF0F0, 0x1234 log(a & b, a | b, a ~ b, ~a, a << 3, a >> 3, -a ~>> 3, a << 35)",
		"their order":
			"log(1 | 2 & 3 ~ 4 << 1, 1 + 2 << 3, 7 & 3 == 3 and 1, ~1 & 3, -1 >> 28 & 5, 2 ^ 3 ~ 1, 6 ~ 5 | 1)",
		"their order with concatenation": "log(1 .. 2 & 15, 3 | 1 .. 0, '1' .. '2' << 1, 1 << 2 .. '')",
		"a unary one before a power": "log(~2 ^ 2, -2 ^ 2, ~-3, - ~3, not ~3, #'ab' ~ 1)",
		"in loops": "local x = 1 for i = 1, 60 do x = (x << 1 ~ i) & 0xFFFF | i % 3 end return x",
		"of what is no number": "return {} & 1",
		"of a text that is a number": "return '12' & 6, '0x10' | 1",
	},
	"operators by other names": {
		"each of them": "local t, f = true, false log(!t, !f, t && f, f || t, t != f, 1 != 1, !nil && 1 || 2)",
		"mixed with the old ones": "log(1 and 2 && 3, nil or false || 4, not !1, 1 ~= 2 != false, (!1) == 2)",
		"that end early":
			"local n = 0 local function f(x) n += 1 return x end log(f(nil) && f(1), f(1) || f(2), n)",
	},
	"the conditional operator": {
		"both ways": "for _, v in ipairs { 1, 0, false } do log(v ? 'yes' : 'no') end log(nil ? 1 : 2)",
		"right associative": "for i = 1, 4 do log(i == 1 ? 'a' : i == 2 ? 'b' : i == 3 ? 'c' : 'd') end",
		"nested in its middle":
			"for i = 1, 4 do log(i > 2 ? (i > 3 ? 'a' : 'b') : 'c', i > 2 ? i > 3 ? 1 : 2 : 3) end",
		"behind other operators":
			"local a = 3 log(a + 1 > 3 && a < 9 ? a .. 'x' : -a, a or 1 ? 2 : 3, not a ? 1 : 2 + 3)",
		"with methods":
			"local s = 'ab' log(s ? (s:upper()) : s, s ? (s:rep(2)) .. 'c' : s:lower(), s ? ({ s:rep(3) })[1] : s:len(), nil ? s : s:len())",
		"with functions":
			"local f = true ? |x| -> x + 1 : |x| -> x - 1 local g = nil ? x -> x : x -> x * 3 log(f(1), g(2))",
		"with one value of calls":
			"local function f() return 1, 2 end log((true ? f() : 3), true ? f() : 3) local a, b = true ? f() : 1 log(a, b)",
		"in all places":
			"local t = { true ? 1 : 2, [nil ? 'a' : 'b'] = 3, c = 1 ? 2 : 3 } log(t, t[1 ? 'b' : 'c']) if nil ? 1 : false then log(1) else log(2) end for i = 1 ? 2 : 3, nil ? 9 : 4 do log(i) end while (nil ? 1 : nil) do end return 1 ? 2 : 3",
		"whose condition is evaluated once":
			"local n = 0 local function f() n = n + 1 return n > 2 end for i = 1, 4 do log(f() ? n : -n) end",
	},
	"safe navigation": {
		"of fields":
			"local t = { a = { b = 1 } } log(t?.a?.b, t?.x?.b, t.a?.b, t?.a.b, nothing?.a, nothing?.a.b?.c, nothing?.a.b.c?.d)",
		"of indices":
			"local t, k = { { 5 } }, 1 log(t?.[1]?.[k], t?.[2]?.[k], nothing?.[k], t[1]?.[1], t[3]?.[k][2]?.x)",
		"of calls":
			"local t = { f = |x| -> x + 1 } log(t.f?.(1), t.g?.(1), nothing?.(), t?.f(2), nothing?.f(2)?.x, nothing?.f(2).g(3), t.f?. (4))",
		"of methods":
			"local t = { n = 4 } function t:m(x) return self.n + x end log(t?.:m(1), t:m?.(2), t:g?.(3), nothing?.:m(4), t?.:m?.(5), nothing?.:m?.(6)?.x, nothing?.:m(7):n(8))",
		"that skips arguments and keys":
			"local n = 0 local function f() n += 1 return n end log(nothing?.[f()], nothing?.(f()), nothing?.:m(f()), nothing?.a[f()](f()), n)",
		"that ends at parentheses":
			"local t = {} log(pcall(|| -> (t?.a).b), t?.a?.b, (t.a?.b), (nothing?.x) ?? 1, #(t?.b ?? 'abc'))",
		"that ends with a name":
			"local t = { a = {} } log(t?.a.b) log(pcall(|| -> nothing?.a.b), pcall(|| -> t.x?.y[1])) nothing?.a.b = 1 nothing?.a[1].b += 2 log(3)",
		"of false": "local t = { f = false } log(pcall(|| -> t.f?.x), t.f ?? 1, (t.f || nil)?.x)",
		"as a target":
			"local t, n = { a = {} }, nil t?.a?.b = 1 t?.x?.b = log(2) n?.a = log(3) n?.[log(4)] = 5 t.a?.['c'] = 6 log(t)",
		"as a target of a compound assignment":
			"local t, n = { a = { b = 1 } }, nil t?.a?.b += 2 t?.x?.b += log(3) n?.a ..= 'x' n?.[1] |= 3 t.a?.['b'] <<= 2 log(t)",
		"in a statement":
			"local n, t = nil, { f = |...| -> log(...) } n?.() n?.f(log(1)) t.f?.(2) t?.g?.(log(3)) n?.:m(log(4)) t?.f(5)",
		"of several values":
			"local f = || -> unpack({ 1, 2, 3 }) local function g() return 4, 5 end local a, b, c = f?.() log(a, b, c) local d, e = g?.() log(d, e) local h, i = nothing?.() log(h, i) log(g?.()) log((g?.())) log({ g?.() }) local function r() return g?.() end log(r()) local j, k j, k = g?.() log(j, k)",
		"in a loop over nothing":
			"local f local ok, why = pcall(function() for i in f?.() do log(i) end end) log(ok)",
		"behind texts and tables":
			"local f = x -> x log(f?.'a', f?.{ 1 }, f 'b', nothing?.'c', nothing?.{ log(1) })",
		"in hot loops":
			"local list, sum = { { v = 1 }, {}, { v = 3, w = { 4 } } }, 0 for i = 1, 80 do local e = list[i % 5] sum += e?.v ?? 10 sum += e?.w?.[1] ?? 100 end return sum",
	},
	"the operator for nil": {
		"of nil, false, and others":
			"log(nil ?? 1, false ?? 1, 0 ?? 1, nil ?? nil ?? 2, nil ?? false ?? 3, '' ?? 4)",
		"its order":
			"log(nil or false ?? 1, 1 and nil ?? 2, nil ?? 1 or 2, nil ?? 1 + 2, nil ?? 'a' .. 'b', 1 ?? 2 == 1, nil ?? 1 ? 2 : 3)",
		"that ends early":
			"local n = 0 local function f(x) n += 1 return x end log(f(1) ?? f(2), f(nil) ?? f(3), f(false) ?? f(4), n)",
		"of one value":
			"local function f() return nil, 1 end local function g() return 2, 3 end log(f() ?? g(), f()) log((f() ?? g()))",
		"of a variable that it is put into":
			"local x for i = 1, 60 do x = x ?? x == '' log(x) end local y = 1 for i = 1, 60 do y = y ?? y == '' end return x, y",
		"in hot loops":
			"local t, s = {}, 0 for i = 1, 80 do t[i % 7] = t[i % 7] ?? i s += t[i % 7] ?? 5 end return s, t",
	},
	"compound assignment": {
		"each of them":
			"local a = 10 a += 5 log(a) a -= 3 log(a) a *= 2 log(a) a /= 4 log(a) a %= 4 log(a) a ..= 'x' log(a) local b = 0xFF b &= 0xF log(b) b |= 0x30 log(b) b ~= 1 log(b) b <<= 2 log(b) b >>= 1 log(b) b = -b b ~>>= 1 log(b)",
		"of globals, fields and upvalues":
			"g = 1 g += 2 local t, u = { a = 1, { 2 } }, 1 t.a += 2 t[1][1] *= 3 local function f() u += 1 t.a -= u return u end log(g, t, f(), f(), u, t)",
		"of whole expressions":
			"local a = 2 a *= 3 + 4 log(a) a -= 1 ? 2 : 3 log(a) a += nil ?? 5 log(a) a ..= 'x' .. 'y' log(a) a ..= true && 'z' log(a)",
		"that evaluates base and key once":
			"local n, t = 0, { { 1, 2, 3 } } local function f(x) n += 1 log(x, n) return x end f(t)[f(1)][f(2)] += f(10) log(t, n)",
		"that reads before the value":
			"local t = { a = 1 } local function f() t.a = 100 return 1 end t.a += f() log(t.a) local x = 1 local function g() x = 50 return 1 end x += g() log(x)",
		"of methods' answers":
			"local t = { n = { v = 1 } } function t:get() return self.n end t:get().v += 4 t.get(t)['v'] *= 2 log(t.n)",
		"of what cannot be": "local t = {} t.x += 1",
		"of nil": "local x x ..= 'a'",
		"in hot loops":
			"local s, t = 0, { n = 0, s = '' } for i = 1, 100 do s += i t.n ~= i t.s ..= i % 10 t[i % 4] = (t[i % 4] ?? 0) t[i % 4] += i if i % 3 == 0 then s -= 1 end end return s, t",
		"over lines": "local a = 1\na\n+=\n2\na -= -- why\n 1\nreturn a",
	},
	continue: {
		"in for": "for i = 1, 5 do if i % 2 == 0 then continue end log(i) end",
		"in a loop over a table":
			"for i, v in ipairs { 1, 2, 3, 4 } do if v == 2 then continue end if v == 4 then log('four') continue end log(i, v) end for k in pairs { a = 1 } do continue end",
		"in while": "local i = 0 while i < 6 do i += 1 if i == 2 || i == 4 then continue end log(i) end",
		"in repeat": "local i = 0 repeat i += 1 if i == 2 then continue end log(i) until i > 4",
		"in nested loops":
			"for i = 1, 3 do for k = 1, 3 do if k == i then continue end if i == 2 then break end log(i, k) end if i == 1 then continue end log('after', i) end",
		"in loops within functions":
			"for i = 1, 3 do local f = function() for k = 1, 3 do if k == 2 then continue end log(i, k) end end f() if i == 2 then continue end log(i) end",
		"with variables that functions keep":
			"local list = {} for i = 1, 4 do local x = i * 2 list[i] = || -> x if i % 2 == 0 then continue end x += 100 end for i = 1, 4 do log(list[i]()) end local r, k = {}, 0 repeat k += 1 do local y = k r[k] = || -> y if k == 2 then continue end y = -y end until k == 4 for i = 1, 4 do log(r[i]()) end",
		"beside goto":
			"for i = 1, 4 do if i == 2 then goto continue end if i == 3 then continue end log(i) ::continue:: end",
		"as the last statement":
			"for i = 1, 2 do log(i) continue end for i = 1, 2 do do continue end log('never') end while true do if 1 then break else continue end end",
	},
	const: {
		"of values": "const a, b = 1, { 2 } const c b.x = 3 log(a, b, c) do const d = a + 1 log(d) end",
		"of functions":
			"const function f(n) return n < 1 ? 0 : n + f(n - 1) end const g = x -> f(x) * 2 log(f(4), g(3))",
		"in loops": "for i = 1, 3 do const x = i * 2 const f = || -> x + i log(f()) end",
		"beside variables of the name": "local x = 1 do local x = 2 const y = x log(y) end const z = x log(z)",
	},
	"short functions": {
		"of one parameter": "local f = x -> x * 2 local g = |x| -> x * 3 log(f(2), g(2), (x -> x)(5))",
		"of more parameters, and none":
			"local f, g, h = |a, b| -> a + b, || -> 7, |a, ...| -> select('#', ...) log(f(1, 2), g(), h(1, 2, 3), (|...| -> (...))(8, 9), (| | -> 1)())",
		"with bodies":
			"local f = |x| -> do local y = x * 2 if y > 4 then return y, 'big' end return y end local g = || -> do end local h = x -> do log(x) end log(f(1), f(3)) log(g(), h(4))",
		"that answer several values":
			"local f = || -> unpack { 1, 2, 3 } log(f()) local g = |...| -> ... log(g(4, 5)) log((|...| -> (...))(6, 7))",
		"in functions":
			"local add = a -> b -> c -> a + b * c log(add(1)(2)(3)) local k = |a| -> |b, ...| -> a .. b .. select('#', ...) log(k('x')('y', 1, 2))",
		"as arguments":
			"local t = { 3, 1, 2 } table.sort(t, |a, b| -> a > b) log(t) log(('abc'):gsub('.', c -> c:upper() .. c)) log(pcall(|x| -> x.y.z, {}))",
		"in tables":
			"local t = { f = x -> x + 1, |a| -> a - 1, [3] = || -> 9; g = |x| -> do return x end } log(t.f(1), t[1](1), t[3](), t.g(4))",
		"whose body takes what follows":
			"local f = x -> x ? 1 : 2 local g = x -> x ?? 3 local h = x -> x .. 'a' == 'ba' && 4 log(f(nil), g(nil), h('b'), (nil || x -> x + 1)(1))",
		"that keep variables":
			"local n = 0 const up = || -> do n += 1 return n end for i = 1, 3 do log(up()) end local fs = {} for i = 1, 3 do fs[i] = || -> i * n end log(fs[1](), fs[3]())",
		"as statements' ends":
			"local f = x -> x\nlocal g = f\n;(g)(1)\nlocal h = || -> do log(2) end\nh()\nreturn f(3)",
		"over lines":
			"local f = |a,\n b| ->\n a +\n b\nlocal g =\nx\n->\ndo\nreturn x\nend\nreturn f(1, 2), g(3)",
		"in conditions' middles":
			"local o = { m = |s, x| -> x } local f = true ? || -> 5 : nil log(f(), true ? o.m(1, 2) : 3, nil ? 1 : o:m(4))",
		"in hot loops":
			"local f, s = |a, b| -> a * b + 1, 0 for i = 1, 100 do s += f(i, 2) local g = x -> x + i s += g(1) end return s",
	},
	"number separators": {
		everywhere: "log(1_000, 1_0.5_0, 0x_FF_FF, 1e1_0, 1_e-_2, 1__2_, .5_5, 0_1, 0_x10, 0x1_p-1, 12_345_678)",
		"of other numbers": "log(tostring(1_0LL), tostring(0xF_FULL), 1_0 .. 2_0, 0b1_01)",
	},
	"soft keywords": {
		"as variables":
			"local continue, const = 1, 2 continue = continue + const const += 1 log(continue, const) continue += 1 const = 5 log(continue, const)",
		"as globals": "continue = 3 const = 4 log(continue, const, continue < const)",
		"as fields, methods and parameters":
			"local t = { continue = 1, const = 2 } t.continue += 1 function t:const2(const) return const end function t.x(continue) return continue end log(t.continue, t.const, t:const2(3), t.x(4), t?.continue)",
		"as functions":
			"local function const(x) return x end local continue = continue -> continue log(const(1), const 'a', continue(2)) const(3) const { 4 }",
		"as labels and constants":
			"goto continue do log(1) end ::continue:: const continue = 1 const const = 2 log(continue, const)",
		"where a loop ends":
			"for i = 1, 2 do local continue = 1 continue = i log(continue) end for continue = 1, 2 do log(continue) end for const in pairs { a = 1 } do log(const) end",
	},
	"all of them": {
		"nested in each other":
			"const sum = |list, ...| -> do local s = 0 for i, v in ipairs(list ?? {}) do if v == nil || v != v then continue end s += v?.n ?? (v?.list ? (|x| -> #x)(v.list) : 1_0) & 0xFF end return s, ... end log(sum({ { n = 1 }, { list = { 1, 2 } }, {}, { n = 3 } }, 'a')) log(sum())",
		"functions in keys, targets in functions":
			"local t = { a = { n = 1 } } local get = name -> t?.[name] local function set(f) f(get('a') ?? {}) end set(x -> do x.n += get('b')?.n ?? 5 x[(k -> k .. 'y')('x')] = get('a')?.n ? true : false end) log(t) t?.[(|| -> 'a')()]?.n ..= (x -> x ?? 'z')() log(t)",
		"chains of everything":
			"local o = { list = { { f = self -> self } } } function o:at(i) return self.list?.[i] end log(o:at(1)?.:f()?.:f?.()?.f != nil, o:at(2)?.:f()?.x ?? 'none', o.none?.:at(1)?.[2] ?? o:at(1)?.g?.() ?? 3)",
		"loops of all kinds":
			"local out = '' local i = 0 while true do i += 1 if i > 5 then break end repeat if i == 2 then continue end out ..= i < 4 ? 'a' : 'b' until true for k = i, 1, -1 do if k & 1 == 0 then continue end out ..= k ?? 'n' end for _, f in ipairs({ x -> x, x -> x << 1 }) do if f(i) == 4 then continue end out ..= f(i) end end return out",
	},
};
